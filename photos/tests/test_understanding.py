from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai.vocabulary import TagScore
from photos.models import Photo, PhotoTag, Stage, Tag
from photos.standing import Standing, set_standing
from photos.tests.colours import RED_PERHAPS_GREEN, coloured
from photos.understanding import SeenWord, understanding_of

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

MODEL = "fake@1-32d"


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    made = make_photo(embedding=coloured(**RED_PERHAPS_GREEN), tags=["our boat"])
    made.set_machine_tags([TagScore("red", 0.9)], MODEL)
    return made


def about(words: list[SeenWord], name: str) -> SeenWord:
    return next(word for word in words if word.name == name)


def test_tags_come_with_who_says_them_and_how_sure_the_machine_is(photo: Photo) -> None:
    PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="frost"), source=PhotoTag.Source.FILE)

    said = {word.name: (word.standing, word.probability, word.otherwise) for word in understanding_of(photo).tags}

    assert said == {
        "our boat": (Standing.HUMAN, None, Standing.OPEN),
        "frost": (Standing.FILE, None, Standing.OPEN),
        "red": (Standing.MACHINE, 0.9, Standing.OPEN),
    }


def test_a_word_that_both_say_can_be_left_to_the_machine(photo: Photo) -> None:
    set_standing(photo, "red", Standing.HUMAN)

    red = about(list(understanding_of(photo).tags), "red")

    assert (red.standing, red.otherwise) == (Standing.HUMAN, Standing.MACHINE)
    assert red.probability == pytest.approx(0.9, abs=0.02)


def test_a_machine_s_tag_names_its_own_model_also_when_another_reads_now(photo: Photo) -> None:
    photo.set_machine_tags([TagScore("red", 0.7)], "older@7-8d")

    red = about(list(understanding_of(photo).tags), "red")

    assert (red.model, red.probability) == ("older@7-8d", 0.7)


def test_proposals_are_words_nobody_has_said_anything_of(photo: Photo) -> None:
    before = [word.name for word in understanding_of(photo).proposals]
    set_standing(photo, "green", Standing.REJECTED)

    after = understanding_of(photo)

    assert (before, list(after.proposals)) == (["green"], [])
    assert [(word.name, word.otherwise) for word in after.rejected] == [("green", Standing.OPEN)]


@pytest.mark.parametrize(("word", "otherwise"), [("red", Standing.MACHINE), ("our boat", Standing.HUMAN)])
def test_a_rejected_word_comes_back_as_what_it_was(photo: Photo, word: str, otherwise: Standing) -> None:
    set_standing(photo, word, Standing.REJECTED)

    rejected = understanding_of(photo).rejected

    assert [(seen.name, seen.otherwise) for seen in rejected] == [(word, otherwise)]


def test_stages_stand_in_the_order_they_are_done(photo: Photo) -> None:
    Stage.objects.filter(photo=photo, name="metadata").update(status="queued")

    seen = understanding_of(photo)

    assert [stage.name for stage in seen.stages] == [
        "metadata",
        "thumbnails",
        "colors",
        "fingerprint",
        "embedding",
        "caption",
    ]
    assert seen.at_work


def test_without_an_encoder_what_was_said_stands_and_the_reason_is_told(photo: Photo, no_encoder: Path) -> None:
    assert not no_encoder.exists()

    seen = understanding_of(photo)

    assert [word.name for word in seen.tags] == ["our boat", "red"]
    assert (list(seen.proposals), "vocabulary.json missing" in seen.problem) == ([], True)
