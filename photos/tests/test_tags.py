from __future__ import annotations

from collections.abc import Callable

import pytest

from ai.vocabulary import TagScore
from photos.models import Photo, PhotoTag, Tag
from photos.models.tag import MAX_TAGS, TooManyTags, normalise_tag

MODEL = "fake@1-32d"


def scores(**words: float) -> list[TagScore]:
    return [TagScore(word, probability) for word, probability in words.items()]


def rows(photo: Photo) -> dict[str, tuple[str, bool]]:
    """Return source and rejection by name."""
    tags = PhotoTag.objects.filter(photo=photo).select_related("tag")
    return {row.tag.name: (row.source, row.rejected) for row in tags}


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("Dog", "dog"),
        ("  Ice \t Cream ", "ice cream"),
        ("a\0b\u202ec", "a b c"),
        ("ÅNGSTRÖM", "ångström"),
        ("x" * 63 + " y", "x" * 63),
        ("\u200b\n", ""),
    ],
)
def test_a_tag_is_stored_in_one_form(said: str, stored: str) -> None:
    assert normalise_tag(said) == stored


def test_a_machines_tags_come_surest_first_with_their_model(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.set_machine_tags(scores(sea=0.4, boat=0.9), MODEL)

    assert photo.tag_names == ["boat", "sea"]
    boat = photo.photo_tags.get(tag__name="boat")
    assert (boat.source, boat.model, boat.score) == ("machine", MODEL, 0.9)


def test_another_analysis_replaces_a_machines_tags_and_no_others(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["holiday"])
    photo.set_machine_tags(scores(sea=0.4, boat=0.9), MODEL)
    PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="frost"), source=PhotoTag.Source.FILE)

    photo.set_machine_tags(scores(sea=0.8, dog=0.7), MODEL)

    assert rows(photo) == {
        "holiday": ("human", False),
        "frost": ("file", False),
        "sea": ("machine", False),
        "dog": ("machine", False),
    }


def test_what_a_person_rejects_no_model_says_again(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_machine_tags(scores(sea=0.4, boat=0.9), MODEL)

    photo.set_tags(["boat"])
    photo.set_machine_tags(scores(sea=0.99, boat=0.9), "other@2-32d")

    assert photo.tag_names == ["boat"]
    assert rows(photo)["sea"] == ("machine", True)


def test_a_machines_tag_a_person_leaves_standing_stays_the_machines(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_machine_tags(scores(boat=0.9), MODEL)

    photo.set_tags(["boat", "harbour"])

    assert rows(photo) == {"boat": ("machine", False), "harbour": ("human", False)}


def test_a_whole_list_set_before_any_analysis_is_the_whole_list_after_it(make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo() for _ in range(2)]
    photos[0].set_tags([])
    photos[1].set_tags(["harbour"])

    for photo in photos:
        photo.set_machine_tags(scores(boat=0.9), MODEL)

    assert [photo.tag_names for photo in photos] == [[], ["harbour"]]


def test_no_machine_adds_to_a_whole_list_or_takes_from_it(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_machine_tags(scores(sea=0.4, boat=0.9), MODEL)
    photo.set_tags(["boat", "sea"])

    Photo.objects.get().set_machine_tags(scores(sea=0.8, dog=0.7), "other@2-32d")

    assert photo.tag_names == ["boat", "sea"]


def test_a_person_may_change_a_list_that_is_theirs(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_tags(["boat", "sea"])

    photo.add_tags(["dog"])
    photo.remove_tags(["sea"])
    photo.set_machine_tags(scores(cat=0.8), MODEL)

    assert photo.tag_names == ["boat", "dog"]


def test_single_words_leave_the_rest_to_the_machine(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_machine_tags(scores(sea=0.4, boat=0.9), MODEL)

    photo.add_tags(["harbour", "boat"])
    photo.remove_tags(["sea"])
    photo.set_machine_tags(scores(sea=0.9, dog=0.7), "other@2-32d")

    assert rows(photo) == {
        "boat": ("human", False),
        "harbour": ("human", False),
        "sea": ("machine", True),
        "dog": ("machine", False),
    }
    assert photo.edited == []


def test_a_person_may_change_their_mind(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_machine_tags(scores(boat=0.4), MODEL)
    photo.set_tags([])

    photo.set_tags(["boat"])

    row = photo.photo_tags.get()
    assert (row.source, row.model, row.score, row.rejected) == ("human", "", 1.0, False)


def test_a_persons_word_is_not_made_the_machines(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["boat"])

    photo.set_machine_tags(scores(boat=0.4), MODEL)

    assert rows(photo) == {"boat": ("human", False)}


def test_words_are_set_once_however_they_are_written(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.set_tags(["Boat", " boat ", "BOAT", " "])

    assert photo.tag_names == ["boat"]
    assert Tag.objects.count() == 1


def test_adding_and_removing_leave_the_others_alone(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea", "boat"])

    photo.add_tags(["Dog"])
    photo.remove_tags(["SEA", "cat"])

    assert photo.tag_names == ["boat", "dog"]
    assert rows(photo)["sea"] == ("human", True)
    assert "cat" not in rows(photo)


def test_adding_does_not_reject_what_was_said_meanwhile(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])
    read_before = Photo.objects.for_listing().get(pk=photo.pk)
    photo.set_machine_tags(scores(boat=0.9), MODEL)

    read_before.add_tags(["dog"])

    assert sorted(read_before.tag_names) == ["boat", "dog", "sea"]


def test_a_listing_shows_the_tags_as_they_are_after_a_change(make_photo: Callable[..., Photo]) -> None:
    pk = make_photo(tags=["sea", "boat"]).pk
    photo = Photo.objects.for_listing().get(pk=pk)
    assert photo.tag_names == ["sea", "boat"]

    photo.set_tags(["boat"])

    assert photo.tag_names == ["boat"]


def test_a_tag_saved_in_the_admin_has_the_one_form_too(db: None) -> None:  # noqa: ARG001
    tag = Tag.objects.create(name=" Ice  CREAM ")

    assert (tag.name, str(tag)) == ("ice cream", "ice cream")


def test_a_rejected_tag_says_so(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])
    photo.set_tags([])

    assert str(photo.photo_tags.get()) == "not sea"


def test_a_photo_has_at_most_so_many_tags(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    words = [f"word {number}" for number in range(MAX_TAGS)]

    photo.set_tags(words)
    photo.add_tags(words[:5])
    for change in (photo.add_tags, photo.set_tags):
        with pytest.raises(TooManyTags, match="at most 200 tags"):
            change([*words, "one more"])

    assert photo.tag_names == words
    assert not Tag.objects.filter(name="one more").exists()


def test_rejected_words_take_no_room(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.set_tags(f"word {number}" for number in range(MAX_TAGS))
    photo.remove_tags(["word 1"])

    photo.add_tags(["word 1000"])

    assert len(photo.tag_names) == MAX_TAGS


def test_a_word_is_kept_away_before_any_machine_says_it(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])

    PhotoTag.objects.keep_away(photo, ["Boat", "sea"])
    photo.set_machine_tags([TagScore("boat", 0.9)], "m")

    assert rows(photo) == {"sea": ("human", True), "boat": ("human", True)}


def test_what_a_person_takes_back_is_the_machines_again(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])
    photo.set_machine_tags([TagScore("boat", 0.9)], "m")
    PhotoTag.objects.keep_away(photo, ["boat", "dog"])

    PhotoTag.objects.withdraw(photo, ["sea", "boat", "dog"])

    assert rows(photo) == {"boat": ("machine", False)}
