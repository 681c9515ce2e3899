"""A merge that is taken back leaves no trace, and takes nothing from what a person did since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from accounts.models import User
from albums.models import Album, AlbumPlace
from photos import teaching
from photos.duplicates.merging import Choice, dismiss, merge
from photos.duplicates.scanning import scan
from photos.duplicates.undoing import CannotUndo, undo, withdraw
from photos.metadata import Face
from photos.models import Dismissal, DuplicateGroup, Merge, Photo, PhotoFace, PhotoFile, PhotoTag, TeachingExample
from photos.tests.duplicated import NOW, differing, ids, seen
from photos.tests.factories import at, make_user, make_version
from photos.tests.test_merging import grouped, merged, tags_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=5)
RESTLESS = {"updated_at", "caption"}


def rows(model: type[Model], *left_out: str) -> list[dict[str, Any]]:
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in {*RESTLESS, *left_out}]
    return list(model._default_manager.order_by("pk").values(*columns))


def everything() -> list[list[dict[str, Any]]]:
    """Return all that a merge may touch."""
    files = rows(PhotoFile, "stored")
    own = [rows(Photo), rows(PhotoTag), rows(TeachingExample), rows(PhotoFace), files]
    return [*own, rows(Album), rows(AlbumPlace), rows(Dismissal)]


def rich_photos(owner: User) -> list[Photo]:
    keeper, one, other = seen(tags=["old"]), seen(tags=["ada", "sea"], favorite=True, rating=3), seen(archived=True)
    keeper.photo_tags.filter(tag__name="old").update(source=PhotoTag.Source.MACHINE, model="m", score=0.7)
    one.remove_tags(["old"])
    one.edit({"title": "Ada", "caption": "Ada laughs", "location": {"latitude": 38.7, "longitude": -9.1}})
    other.edit({"taken_at": at("1999-01-01 10:00").replace(microsecond=123456), "description": "By the sea"})
    teaching.mark(teaching.word_named("ada"), [one], True, NOW)
    PhotoFace.objects.put(one, [Face("Ada", 0.1, 0.1, 0.2, 0.2)])
    make_version(other, PhotoFile.Kind.SIDECAR)
    for title, photos in (("Trees", [one, other]), ("Both", [other, keeper]), ("Own", [keeper])):
        Album.objects.named(owner, title).add(ids(photos))
    return [keeper, one, other]


def test_places_in_albums_move(owner: User) -> None:
    keeper, other, last = seen(), seen(), seen(differing(32))
    trees, both = (Album.objects.named(owner, title) for title in ("Trees", "Both"))
    trees.add([other.pk, last.pk])
    both.add([other.pk, keeper.pk])

    merged(keeper, other)

    assert list(trees.photos) == [keeper, last]
    assert list(both.photos) == [keeper]


def test_everything_is_as_it_was(owner: User) -> None:
    photos = rich_photos(owner)
    group = grouped(*photos)
    before = everything()

    done = merge(group.pk, owner, NOW)
    changed = everything()
    undo(done.pk, owner, LATER)

    assert changed != before
    assert everything() == before
    assert list(DuplicateGroup.objects.visible_to(owner)) == [group]
    assert Merge.objects.get().undone_at == LATER


def test_it_can_be_merged_and_taken_back_again_and_again(owner: User) -> None:
    photos = rich_photos(owner)
    group = grouped(*photos)
    before = everything()

    for _ in range(3):
        undo(merge(group.pk, owner, NOW).pk, owner, LATER)
        scan(owner, NOW)

    assert everything() == before
    assert list(DuplicateGroup.objects.visible_to(owner)) == [group]


def test_what_a_person_did_since_stays(owner: User) -> None:
    keeper, one, other = rich_photos(owner)
    done = merge(grouped(keeper, one, other).pk, owner, NOW)
    keeper = Photo.objects.get(pk=keeper.pk)
    keeper.edit({"title": "Ada and Eve", "rating": 5, "favorite": False})
    keeper.remove_tags(["ada"])
    keeper.add_tags(["old", "new"])
    Album.objects.get(title="Trees").remove([keeper.pk])
    Album.objects.get(title="Own").remove([keeper.pk])

    undo(done.pk, owner, LATER)

    keeper.refresh_from_db()
    assert (keeper.title, keeper.rating, keeper.favorite) == ("Ada and Eve", 5, False)
    assert (keeper.latitude, keeper.description) == (None, "")
    assert keeper.edited == ["rating", "title"]
    assert tags_of(keeper) == {"old": ("human", False), "new": ("human", False), "ada": ("human", True)}
    assert set(Album.objects.filter(places__photo=keeper).values_list("title", flat=True)) == {"Both"}


def test_a_place_that_was_moved_as_a_whole_is_not_put_back_in_part(owner: User) -> None:
    keeper, other = seen(), seen(latitude=38.7, longitude=-9.1, altitude=5)
    done = merge(grouped(keeper, other).pk, owner, NOW)
    kept = Photo.objects.get(pk=keeper.pk)
    kept.edit({"location": {"latitude": 40.0, "longitude": -9.1, "altitude": 5}})

    undo(done.pk, owner, LATER)

    kept.refresh_from_db()
    assert (kept.latitude, kept.longitude, kept.altitude) == (40.0, -9.1, 5)


def test_photos_that_were_kept_as_well_are_compared_again(owner: User) -> None:
    photos = [seen(), seen(), seen()]
    done = merge(grouped(*photos).pk, owner, NOW, Choice(photos[0].pk, [photos[1].pk]))

    undo(done.pk, owner, LATER)

    assert not Dismissal.objects.exists()
    assert scan(owner, NOW) == 1


def test_who_came_out_of_the_trash_by_hand_is_there_once(owner: User) -> None:
    keeper, one, other = seen(), seen(), seen()
    done = merge(grouped(keeper, one, other).pk, owner, NOW)
    Photo.objects.get(pk=one.pk).restore()

    undo(done.pk, owner, LATER)

    assert set(Photo.objects.visible_to(owner)) == {keeper, one, other}


def test_what_was_deleted_for_good_is_said_and_nothing_is_undone(owner: User) -> None:
    keeper, one, other = seen(), seen(original_name="IMG_7.jpg"), seen()
    done = merge(grouped(keeper, one, other).pk, owner, NOW)
    Photo.objects.get(pk=one.pk).delete()

    with pytest.raises(CannotUndo, match=r"“IMG_7\.jpg” was deleted for good"):
        undo(done.pk, owner, LATER)

    assert list(Photo.objects.in_trash_of(owner)) == [other]
    assert Merge.objects.get().undone_at is None


def test_where_the_kept_photo_is_gone_the_others_come_back(owner: User) -> None:
    keeper, other = seen(), seen(title="Ada")
    done = merge(grouped(keeper, other).pk, owner, NOW)
    Photo.objects.get(pk=keeper.pk).delete()

    undo(done.pk, owner, LATER)

    assert list(Photo.objects.visible_to(owner)) == [other]


def test_a_kept_photo_that_was_merged_itself_comes_back_first(owner: User) -> None:
    first, second, third = seen(), seen(), seen()
    before = everything()
    one = merge(_pair(second, first), owner, NOW)
    other = merge(_pair(third, second), owner, NOW)

    with pytest.raises(CannotUndo, match="take that back first"):
        undo(one.pk, owner, LATER)
    undo(other.pk, owner, LATER)
    undo(one.pk, owner, LATER)

    assert everything() == before


def _pair(keeper: Photo, other: Photo) -> int:
    """Return the number of a group of these two alone."""
    group = DuplicateGroup.objects.create(owner=keeper.owner, tier=3, keeper=keeper, found_at=NOW)
    for photo in (keeper, other):
        group.members.create(photo=photo, closeness=1)
    return group.pk


def test_twice_is_refused(owner: User) -> None:
    done = merge(grouped(seen(), seen()).pk, owner, NOW)
    undo(done.pk, owner, LATER)

    with pytest.raises(CannotUndo, match="taken back already"):
        undo(done.pk, owner, LATER)


def test_a_stranger_undoes_nothing(owner: User) -> None:
    done = merge(grouped(seen(), seen()).pk, owner, NOW)

    with pytest.raises(Merge.DoesNotExist):
        undo(done.pk, make_user("eve"), LATER)


def test_nothing_is_undone_where_a_part_of_it_fails(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = rich_photos(owner)
    done = merge(grouped(*photos).pk, owner, NOW)
    merged = everything()

    def broken(*_: Any) -> None:
        raise OSError("gone")

    monkeypatch.setattr(DuplicateGroup, "reopen", broken)
    with pytest.raises(OSError, match="gone"):
        undo(done.pk, owner, LATER)

    assert everything() == merged


def test_a_dismissal_taken_back_brings_the_group_back(owner: User) -> None:
    group = grouped(seen(), seen())
    dismissal = dismiss(group.pk, owner)

    withdraw(dismissal)

    assert list(DuplicateGroup.objects.visible_to(owner)) == [group]
    scan(owner, NOW)
    assert list(DuplicateGroup.objects.visible_to(owner)) == [group]
