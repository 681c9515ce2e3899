from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ai.vocabulary import TagScore
from photos import curation
from photos.models import Photo, PhotoTag, Stage, Tag
from photos.models.tag import MAX_TAGS, TooManyTags
from photos.standing import Standing, set_standing, standing_of
from photos.tests.colours import RED_PERHAPS_GREEN, coloured
from photos.tests.factories import at
from photos.tests.together import at_once

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

MODEL = "fake@1-32d"


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    """A photo the machine calls red, and of which it nearly says green."""
    made = make_photo(embedding=coloured(**RED_PERHAPS_GREEN))
    made.set_machine_tags([TagScore("red", 0.9)], MODEL)
    return made


def row_of(photo: Photo, word: str) -> PhotoTag | None:
    return PhotoTag.objects.filter(photo=photo, tag__name=word).first()


def stand(photo: Photo, word: str) -> tuple[str, str]:
    """Return how a word stands on the photo, and which model says so."""
    row = row_of(photo, word)
    return standing_of(row).value, row.model if row else ""


@pytest.mark.parametrize(
    ("word", "standing", "then"),
    [
        ("red", Standing.HUMAN, ("human", "")),
        ("red", Standing.REJECTED, ("rejected", MODEL)),
        ("green", Standing.HUMAN, ("human", "")),
        ("green", Standing.REJECTED, ("rejected", MODEL)),
        ("unicorn", Standing.HUMAN, ("human", "")),
    ],
)
def test_each_judgement_is_taken_back_by_naming_how_the_word_stood(
    photo: Photo, word: str, standing: Standing, then: tuple[str, str]
) -> None:
    before = stand(photo, word)

    former = set_standing(photo, word, standing)
    judged = stand(photo, word)
    set_standing(photo, word, former)

    assert judged == then
    assert stand(photo, word) == before


def test_a_machine_s_tag_that_comes_back_is_as_sure_as_it_was(photo: Photo) -> None:
    set_standing(photo, "red", Standing.REJECTED)
    set_standing(photo, "red", Standing.MACHINE)

    row = row_of(photo, "red")

    assert row is not None
    assert (row.score, row.model) == (0.9, MODEL)


def test_a_word_left_to_the_machine_is_a_tag_only_where_the_machine_is_sure(make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=coloured(**RED_PERHAPS_GREEN), tags=["red", "green"])

    set_standing(photo, "red", Standing.MACHINE)
    set_standing(photo, "green", Standing.MACHINE)

    assert (stand(photo, "red"), stand(photo, "green")) == (("machine", MODEL), ("open", ""))


def test_a_person_s_tag_rejected_by_mistake_is_a_person_s_again(make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["our boat"])
    former = set_standing(photo, "our boat", Standing.REJECTED)

    set_standing(photo, "our boat", former)

    assert stand(photo, "our boat") == ("human", "")


def test_a_file_s_tag_confirmed_by_mistake_is_the_file_s_again(photo: Photo) -> None:
    PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="frost"), source=PhotoTag.Source.FILE)
    former = set_standing(photo, "frost", Standing.HUMAN)

    set_standing(photo, "frost", former)

    assert (former, stand(photo, "frost")) == (Standing.FILE, ("file", ""))


def test_a_rejected_proposal_is_never_set_by_a_machine(photo: Photo) -> None:
    set_standing(photo, "green", Standing.REJECTED)

    photo.set_machine_tags([TagScore("red", 0.9), TagScore("green", 0.9)], MODEL)

    assert Photo.objects.get().tag_names == ["red"]


def test_a_word_is_read_as_every_tag_is(photo: Photo) -> None:
    set_standing(photo, "  RED ", Standing.REJECTED)

    assert stand(photo, "red") == ("rejected", MODEL)


def test_one_tag_too_many_is_refused(make_photo: MakePhoto) -> None:
    photo = make_photo(tags=[f"word {number}" for number in range(MAX_TAGS)])

    with pytest.raises(TooManyTags):
        set_standing(photo, "boat", Standing.HUMAN)


def test_without_an_encoder_a_no_is_remembered_all_the_same(photo: Photo, no_encoder: Path) -> None:
    assert not no_encoder.exists()

    set_standing(photo, "green", Standing.REJECTED)

    assert stand(photo, "green") == ("rejected", "")


def test_a_photo_that_is_gone_is_not_judged(photo: Photo) -> None:
    Photo.objects.all().delete()

    with pytest.raises(Photo.DoesNotExist):
        set_standing(photo, "red", Standing.HUMAN)


def test_a_machine_s_caption_follows_a_judgement_and_a_person_s_does_not(photo: Photo) -> None:
    now = at("2024-05-01 12:00")
    curation.judge(photo, "boat", Standing.HUMAN, now)
    told = photo.caption
    photo.edit({"caption": "Mine."})

    curation.judge(photo, "boat", Standing.REJECTED, now)

    assert "boat" in told
    assert Photo.objects.get().caption == "Mine."
    assert photo.stages.get(name=Stage.Name.CAPTION).status == Stage.Status.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("word", ["red", "green"])
def test_a_yes_and_a_no_at_the_same_moment_leave_one_of_them(photo: Photo, word: str) -> None:
    def judge(standing: Standing) -> None:
        set_standing(Photo.objects.get(pk=photo.pk), word, standing)

    raised = at_once(*(partial(judge, standing) for standing in (Standing.HUMAN, Standing.REJECTED) * 3))

    assert raised == []
    assert PhotoTag.objects.filter(photo=photo, tag__name=word).count() == 1
    assert stand(photo, word)[0] in ("human", "rejected")
