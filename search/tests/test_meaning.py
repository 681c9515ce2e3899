from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from accounts.models import User
from ai.encoders.base import model_key
from ai.loading import get_encoder
from photos.models import ActiveModel, Photo
from search.errors import BadQuery, NotAnalysed
from search.language import Part, Similar, Words
from search.ranking.meaning import Meaning
from search.tests.factories import axis

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

RED, GREEN = axis(0), axis(1)


def test_a_sum_points_between_its_parts_by_their_weights(make_photo: MakePhoto, owner: User) -> None:
    meaning, photo = Meaning.now(owner), make_photo(embedding=axis(0))

    direction = meaning.of_parts(
        [Part(1.0, Similar.to(photo.pk)), Part(2.0, Words("green")), Part(1.0, Words("zyzzyva"))]
    )

    assert direction is not None
    assert direction == pytest.approx((RED + 2 * GREEN) / np.sqrt(5), abs=1e-6)


def test_what_is_taken_away_whole_leaves_nothing_to_point_to(owner: User) -> None:
    meaning = Meaning.now(owner)

    assert meaning.of_parts([Part(1.0, Words("red")), Part(-1.0, Words("red"))]) is None
    assert meaning.of_parts([Part(1.0, Words("zyzzyva"))]) is None
    assert meaning.of_text("") is None


def test_a_text_and_a_photo_count_the_same(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=axis(1))

    direction = Meaning.now(owner).of_all("red", [[Part(1.0, Similar.to(photo.pk))]])

    assert direction == pytest.approx((RED + GREEN) / np.sqrt(2), abs=1e-6)


def test_without_an_encoder_photos_are_compared_all_the_same(
    make_photo: MakePhoto, owner: User, settings: Settings, tmp_path: Path
) -> None:
    photo = make_photo(embedding=axis(1))
    ActiveModel.adopt("compact", model_key(get_encoder()))
    settings.CLOUDZY_ENCODER_DIR = tmp_path

    meaning = Meaning.now(owner)

    assert meaning.problem.startswith("Search by meaning is not possible now. ")
    assert meaning.of_text("red") is None
    assert meaning.of_examples(Similar.to(photo.pk)) == pytest.approx(GREEN)


def test_a_photo_in_the_trash_or_not_analysed_is_like_nothing(make_photo: MakePhoto, owner: User) -> None:
    meaning = Meaning.now(owner)

    with pytest.raises(BadQuery):
        meaning.of_examples(Similar.to(make_photo(embedding=axis(0), trashed=True).pk))
    with pytest.raises(NotAnalysed):
        meaning.of_examples(Similar.to(make_photo().pk))
