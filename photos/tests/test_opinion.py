from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from photos.encoding import current_encoder
from photos.models import Photo
from photos.opinion import MOST_PROPOSALS, Opinion, opinion_on
from photos.tests.colours import RED_PERHAPS_GREEN, coloured
from photos.tests.requesting import files_below

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def test_an_opinion_is_made_of_the_stored_vector_with_no_file_there(
    make_photo: MakePhoto, media: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photo = make_photo(embedding=coloured(**RED_PERHAPS_GREEN))
    for path in files_below(media):
        path.unlink()
    current_encoder()  # a process reads its words once

    with django_assert_num_queries(3):  # the model, the stamp of the words, the vector
        opinion = opinion_on(photo.pk)

    assert opinion.probabilities["red"] == pytest.approx(0.9, abs=0.02)
    assert (opinion.would_tag("red"), opinion.would_tag("green"), opinion.would_tag("unicorn")) == (True, False, False)


def test_words_near_their_threshold_are_proposals_the_nearest_first() -> None:
    opinion = Opinion("m", {"a": 0.1, "b": 0.3, "c": 0.04, "d": 0.5}, {"a": 0.2, "b": 0.4, "c": 0.2, "d": 0.4})

    assert opinion.proposals(settled=set()) == ["d", "b", "a"]
    assert opinion.proposals(settled={"d", "a"}) == ["b"]


def test_there_are_never_many_proposals() -> None:
    words = [f"word {number}" for number in range(50)]

    opinion = Opinion("m", dict.fromkeys(words, 0.3), dict.fromkeys(words, 0.4))

    assert len(opinion.proposals(settled=set())) == MOST_PROPOSALS


def test_a_photo_without_a_vector_leaves_the_encoder_without_opinion(make_photo: MakePhoto) -> None:
    opinion = opinion_on(make_photo().pk)

    assert (opinion.model, opinion.probabilities, opinion.proposals(set())) == ("fake@1-32d", {}, [])


def test_the_vector_of_another_model_is_no_ground_for_an_opinion(
    make_photo: MakePhoto, use_encoder: Callable[[Encoder], None]
) -> None:
    photo = make_photo(embedding=coloured(red=1.0))
    use_encoder(FakeEncoder(revision="2"))

    assert opinion_on(photo.pk) == Opinion("fake@2-32d")


def test_an_encoder_without_words_has_no_opinion(make_photo: MakePhoto, use_encoder: Callable[[Encoder], None]) -> None:
    use_encoder(PlaceholderEncoder())
    photo = make_photo(embedding=coloured(red=1.0))

    assert opinion_on(photo.pk).probabilities == {}


def test_without_an_encoder_it_is_said_what_is_missing(make_photo: MakePhoto, no_encoder: Path) -> None:
    photo = make_photo(model="some@1-32d", embedding=coloured(red=1.0))
    assert not no_encoder.exists()

    with pytest.raises(EncoderUnavailable, match="missing"):
        opinion_on(photo.pk)
