from __future__ import annotations

from collections.abc import Callable

import pytest

from photos import authorship
from photos.models import Photo

pytestmark = pytest.mark.django_db

SAID = {"caption": "Two dogs on a beach.", "description": "They run."}
BOTH = {"caption", "description", "authors"}


@pytest.fixture
def photo(make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(caption="A dog.", tags=["dog", "beach"])


def test_a_captioner_replaces_the_template_and_is_remembered(photo: Photo) -> None:
    assert authorship.put_words(photo, SAID, "seer") == BOTH

    assert (photo.caption, photo.description) == ("Two dogs on a beach.", "They run.")
    assert photo.authors == {"caption": "seer", "description": "seer"}


def test_another_captioner_replaces_the_first(photo: Photo) -> None:
    authorship.put_words(photo, SAID, "seer")

    authorship.put_words(photo, {"caption": "Dogs.", "description": ""}, "oracle")

    assert (photo.caption, photo.description) == ("Dogs.", "They run.")
    assert photo.authors == {"caption": "oracle", "description": "seer"}


@pytest.mark.parametrize("mine", ["Mine.", ""])
def test_a_person_s_words_stay_also_where_they_are_none(photo: Photo, mine: str) -> None:
    photo.edit({"caption": mine, "description": mine})

    assert authorship.put_words(photo, SAID, "seer") == set()
    assert (photo.caption, photo.description, photo.authors) == (mine, mine, {})


def test_the_file_s_description_stays(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(description="Written by the photographer.")

    authorship.put_words(photo, SAID, "seer")

    assert photo.description == "Written by the photographer."
    assert photo.authors == {"caption": "seer"}


def test_a_file_that_says_something_wins_over_a_captioner_and_silence_does_not(photo: Photo) -> None:
    authorship.put_words(photo, SAID, "seer")

    assert authorship.described_by_file(photo, "") == {}
    assert authorship.described_by_file(photo, "The photographer's.") == {
        "description": "The photographer's.",
        "authors": {"caption": "seer"},
    }


def test_what_a_person_rejected_is_not_said_again(photo: Photo) -> None:
    photo.set_tags(["beach"])

    assert authorship.put_words(photo, SAID, "seer") == {"description", "authors"}
    assert (photo.caption, photo.description) == ("A dog.", "They run.")


def test_what_a_person_rejects_later_is_taken_back(photo: Photo) -> None:
    authorship.put_words(photo, SAID, "seer")
    photo.set_tags(["beach"])

    assert authorship.retract(photo) == {"caption", "authors"}
    assert (photo.caption, photo.description) == ("", "They run.")
    assert photo.authors == {"description": "seer"}
    assert authorship.retract(photo) == set()


def test_a_caption_a_person_has_written_since_is_not_taken_back(photo: Photo) -> None:
    authorship.put_words(photo, SAID, "seer")
    photo.edit({"caption": "My dog's shadow."})
    photo.set_tags(["beach"])

    authorship.retract(photo)

    assert photo.caption == "My dog's shadow."
    assert "caption" not in photo.authors


@pytest.mark.parametrize(
    ("text", "words", "named"),
    [
        ("A dog.", ["dog"], True),
        ("Two DOGS!", ["dog"], True),
        ("A dog.", ["dogs"], True),
        ("A hotdog.", ["dog"], False),
        ("A traffic light.", ["traffic light"], True),
        ("A light in traffic.", ["traffic light"], False),
        ("Crème brûlée.", ["creme brulee"], True),
        ("A dog.", ["2019", "🎂"], False),
        ("", ["dog"], False),
        ("A dog.", [], False),
    ],
)
def test_a_word_is_found_as_a_word(text: str, words: list[str], named: bool) -> None:
    assert authorship.names_any(text, words) is named
