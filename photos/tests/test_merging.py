"""What moves to the photo that is kept, what does not, and who may not merge what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accounts.models import User
from photos import teaching
from photos.duplicates.inheritance import inheritance
from photos.duplicates.merging import Choice, DecidedAlready, dismiss, merge, suggestion
from photos.duplicates.scanning import scan
from photos.grouping import groupings
from photos.models import (
    Dismissal,
    DuplicateGroup,
    Fingerprint,
    Merge,
    MergedPhoto,
    Photo,
    PhotoTag,
    TeachingExample,
    Tier,
)
from photos.models.tag import MAX_TAGS
from photos.tests.duplicated import NOW, differing, ids, seen
from photos.tests.factories import at, make_user

pytestmark = pytest.mark.django_db


def grouped(*photos: Photo) -> DuplicateGroup:
    """Return the one group there is of these photos, of which the first is kept."""
    Photo.objects.filter(pk=photos[0].pk).update(width=9000)
    scan(photos[0].owner, NOW)
    group = DuplicateGroup.objects.undecided().get(keeper=photos[0])
    assert set(group.members.values_list("photo_id", flat=True)) == set(ids(photos))
    return group


def merged(*photos: Photo) -> Photo:
    """Merge photos into the first of them; return that as it is then."""
    merge(grouped(*photos).pk, photos[0].owner, NOW)
    return Photo.objects.get(pk=photos[0].pk)


def put_into_groups(owner: User, title: str, photos: Sequence[Photo]) -> None:
    for grouping in groupings():
        grouping.put(owner, title, ids(photos))


def tags_of(photo: Photo) -> dict[str, tuple[str, bool]]:
    rows = photo.photo_tags.select_related("tag")
    return {row.tag.name: (row.source, row.rejected) for row in rows}


def test_the_others_go_to_the_trash_and_the_kept_one_stays(owner: User) -> None:
    photos = [seen(), seen(), seen()]

    kept = merged(*photos)

    assert kept.trashed_at is None
    assert list(Photo.objects.in_trash_of(owner).order_by("pk")) == photos[1:]
    assert {photo.trashed_at for photo in Photo.objects.in_trash_of(owner)} == {NOW}
    assert not DuplicateGroup.objects.visible_to(owner).exists()
    assert set(MergedPhoto.objects.values_list("name", "sha256")) == {
        (photo.original_name, photo.sha256) for photo in photos[1:]
    }


def test_what_only_others_have_moves(owner: User) -> None:
    kept = merged(
        seen(),
        seen(favorite=True, rating=2, title="Lisbon", latitude=38.7, longitude=-9.1, altitude=12.5),
        seen(rating=4, title="Lissabon", description="By the river", archived=True),
        seen(taken_at=at("2019-03-21 11:04"), taken_offset=60, taken_at_source="exif"),
    )

    assert (kept.favorite, kept.rating, kept.title, kept.description) == (True, 4, "Lisbon", "By the river")
    assert (kept.latitude, kept.longitude, kept.altitude, kept.archived) == (38.7, -9.1, 12.5, False)
    assert (kept.taken_at, kept.taken_offset) == (at("2019-03-21 11:04"), 60)
    assert set(kept.edited) == {"title", "description", "location", "rating", "taken_at"}
    assert owner == kept.owner


def test_what_the_kept_one_has_stays(owner: User) -> None:
    full: dict[str, Any] = {"title": "Mine", "description": "My words", "rating": 5, "latitude": 1.0, "longitude": 2.0}
    dated: dict[str, Any] = {"taken_at": at("2020-01-01 10:00"), "taken_at_source": "exif"}
    other: dict[str, Any] = {"title": "Its", "description": "Its words", "rating": 1, "latitude": 9.0, "longitude": 9.0}

    kept = merged(seen(**full, **dated), seen(**other, taken_at_source="exif", caption="A dog"))

    assert {name: getattr(kept, name) for name in full} == full
    assert (kept.taken_at, kept.edited, kept.owner) == (at("2020-01-01 10:00"), [], owner)
    assert kept.caption != "A dog"


def test_what_a_person_said_of_another_goes_before_what_the_file_says_of_the_kept_one(owner: User) -> None:
    keeper, other = seen(title="DSC_1", taken_at_source="exif", description="OLYMPUS"), seen()
    other.edit({"title": "Ada", "caption": "Ada laughs", "taken_at": at("1999-01-01 10:00"), "description": "Our Ada"})

    kept = merged(keeper, other)

    assert (kept.title, kept.caption, kept.description) == ("Ada", "Ada laughs", "Our Ada")
    assert (kept.taken_at, kept.owner) == (at("1999-01-01 10:00"), owner)


def test_what_a_person_said_of_the_kept_one_goes_before_all(owner: User) -> None:
    keeper, other = seen(), seen(latitude=9.0, longitude=9.0)
    keeper.edit({"title": "", "location": None, "caption": "Mine"})
    other.edit({"title": "Its", "caption": "Its"})

    kept = merged(keeper, other)

    assert (kept.title, kept.caption, kept.latitude, kept.owner) == ("", "Mine", None, owner)


def test_words_of_people_and_files_move_and_a_machine_s_do_not(owner: User) -> None:
    keeper, other = seen(), seen(tags=["ada", "boat"])
    words = {"sea": PhotoTag.Source.MACHINE, "lisbon": PhotoTag.Source.FILE}
    other.add_tags(words)
    for word, source in words.items():
        other.photo_tags.filter(tag__name=word).update(source=source)
    keeper.remove_tags(["boat"])
    keeper.add_tags(["boat"])
    keeper.remove_tags(["boat"])

    kept = merged(keeper, other)

    assert tags_of(kept) == {
        "boat": ("human", True),
        "ada": ("human", False),
        "lisbon": ("human", False),
    }
    assert owner == kept.owner


def test_a_word_taken_off_another_is_taken_off_the_kept_one_where_nobody_said_it(owner: User) -> None:
    keeper, other = seen(tags=["dog", "cat"]), seen(tags=["cat", "fox", "dog"])
    keeper.photo_tags.filter(tag__name="cat").update(source=PhotoTag.Source.MACHINE)
    other.remove_tags(["cat", "fox", "dog"])

    kept = merged(keeper, other)

    assert {word for word, (_, rejected) in tags_of(kept).items() if rejected} == {"cat", "fox"}
    assert (kept.tag_names, kept.owner) == (["dog"], owner)


def test_words_move_as_far_as_there_is_room(owner: User) -> None:
    keeper = seen(tags=[f"own {number}" for number in range(MAX_TAGS - 1)])

    kept = merged(keeper, seen(tags=["first", "second"]))

    assert len(kept.tag_names) == MAX_TAGS
    assert ("first" in kept.tag_names, "second" in kept.tag_names, kept.owner) == (True, False, owner)


def test_what_a_word_was_taught_by_moves(owner: User) -> None:
    keeper, other = seen(), seen()
    own, theirs, word = (teaching.word_named(name) for name in ("ada", "eve", "barque"))
    teaching.mark(own, [keeper], False, NOW)
    teaching.mark(own, [other], True, NOW)
    teaching.mark(theirs, [other], True, NOW)
    teaching.mark(word, [other], False, NOW)

    kept = merged(keeper, other)

    examples = TeachingExample.objects.filter(photo=kept)
    assert set(examples.values_list("word__word", "positive")) == {("ada", False), ("eve", True), ("barque", False)}
    assert (tags_of(kept)["ada"][1], tags_of(kept)["eve"][1], tags_of(kept)["barque"][1]) == (True, False, True)
    assert kept.owner == owner


def test_nothing_moves_where_there_is_nothing(owner: User) -> None:
    keeper, other = seen(), seen()

    assert not inheritance(keeper, [other], Tier.NEAR)
    kept = merged(keeper, other)

    assert (kept.edited, tags_of(kept), kept.owner) == ([], {}, owner)
    assert (Merge.objects.get().fields, Merge.objects.get().tags) == ({}, [])


def test_the_preview_takes_a_constant_number_of_queries(owner: User, django_assert_num_queries: Any) -> None:
    few, many = [seen(tags=["a"]) for _ in range(2)], [seen(tags=["a"]) for _ in range(12)]
    put_into_groups(owner, "Trees", few + many)

    with django_assert_num_queries(5):
        inheritance(few[0], few[1:], Tier.NEAR)
    with django_assert_num_queries(5):
        inheritance(many[0], many[1:], Tier.NEAR)


def test_a_person_chooses_whom_to_keep_and_who_stays_as_well(owner: User) -> None:
    photos = [seen(), seen(), seen(), seen()]
    group = grouped(*photos)

    merge(group.pk, owner, NOW, Choice(photos[1].pk, [photos[0].pk]))

    assert set(Photo.objects.visible_to(owner)) == set(photos[1:])
    assert Dismissal.objects.pairs_of(owner) == {
        (photos[1].pk, photos[2].pk),
        (photos[1].pk, photos[3].pk),
        (photos[2].pk, photos[3].pk),
    }
    assert scan(owner, NOW) == 0


def test_what_lies_in_the_trash_already_is_no_part_of_it(owner: User) -> None:
    photos = [seen(), seen(), seen()]
    group = grouped(*photos)
    photos[1].trash(at("2020-01-01 10:00"))

    assert suggestion(group) == Choice(photos[0].pk, [photos[2].pk])
    merge(group.pk, owner, NOW)

    assert list(MergedPhoto.objects.values_list("photo", flat=True)) == [photos[2].pk]


@pytest.mark.parametrize(
    "choose",
    [
        lambda one, _, __: Choice(one, [one]),
        lambda one, _, __: Choice(one, []),
        lambda one, two, other: Choice(one, [two, other]),
        lambda one, two, other: Choice(other, [one, two]),
        lambda one, two, _: Choice(one, [two, 10**9]),
    ],
)
def test_a_choice_beyond_the_group_changes_nothing(owner: User, choose: Callable[[int, int, int], Choice]) -> None:
    photos = [seen(), seen()]
    group, other = grouped(*photos), seen(differing(32))

    with pytest.raises(DecidedAlready):
        merge(group.pk, owner, NOW, choose(photos[0].pk, photos[1].pk, other.pk))

    assert Photo.objects.visible_to(owner).count() == 3
    assert not Merge.objects.exists()


def test_what_was_trashed_since_the_page_was_made_cannot_be_chosen(owner: User) -> None:
    photos = [seen(), seen(), seen()]
    group = grouped(*photos)
    photos[1].trash(NOW)

    with pytest.raises(DecidedAlready):
        merge(group.pk, owner, NOW, Choice(photos[0].pk, ids(photos[1:])))


def test_a_group_is_merged_once(owner: User) -> None:
    group = grouped(seen(), seen())
    merge(group.pk, owner, NOW)

    with pytest.raises(DuplicateGroup.DoesNotExist):
        merge(group.pk, owner, NOW)
    with pytest.raises(DuplicateGroup.DoesNotExist):
        dismiss(group.pk, owner)


def test_a_stranger_decides_nothing(owner: User) -> None:
    group, stranger = grouped(seen(), seen()), make_user("eve")

    with pytest.raises(DuplicateGroup.DoesNotExist):
        merge(group.pk, stranger, NOW)
    with pytest.raises(DuplicateGroup.DoesNotExist):
        dismiss(group.pk, stranger)
    assert DuplicateGroup.objects.visible_to(owner).exists()


def test_nothing_is_merged_where_a_part_of_it_fails(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, other = seen(), seen(title="Ada", tags=["ada"])
    group = grouped(keeper, other)

    def broken(*_: Any) -> None:
        raise OSError("gone")

    monkeypatch.setattr(Photo, "trash", broken)
    with pytest.raises(OSError, match="gone"):
        merge(group.pk, owner, NOW)

    keeper.refresh_from_db()
    assert (keeper.title, tags_of(keeper), Merge.objects.count()) == ("", {}, 0)
    assert DuplicateGroup.objects.visible_to(owner).get() == group


def test_the_caption_follows_what_moved() -> None:
    kept = merged(seen(), seen(tags=["ada"]))

    assert "ada" in kept.caption
    assert kept.status == Photo.Status.READY


def test_a_dismissed_group_is_gone_for_ever(owner: User) -> None:
    photos = [seen(), seen(), seen()]
    group = grouped(*photos)

    dismiss(group.pk, owner)

    assert not DuplicateGroup.objects.visible_to(owner).exists()
    assert scan(owner, NOW) == 0
    assert Photo.objects.visible_to(owner).count() == 3
    late = seen()
    scan(owner, NOW)
    found = DuplicateGroup.objects.visible_to(owner).get()
    assert (found.tier, set(found.members.values_list("photo_id", flat=True))) == (
        Tier.NEAR,
        {photos[0].pk, late.pk},
    )


def test_what_a_merge_touches_is_looked_at_again(owner: User) -> None:
    photos = [seen(), seen()]
    group = grouped(*photos)

    merge(group.pk, owner, NOW)

    assert Fingerprint.objects.filter(fresh=True).count() == 2
