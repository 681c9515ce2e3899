from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from ai.encoders.base import EncoderUnavailable
from photos.models import ActiveModel
from search.index.spaces import Space, current_space


def test_a_space_is_read_from_the_key_of_a_model() -> None:
    space = Space.of("cloudzy-compact@1.2-512d")

    assert (space.revision, space.dimension) == ("1.2", 512)


@pytest.mark.parametrize("key", ["", "compact", "../../etc@1-5d", "a/b@1-5d", "compact@1", "compact@1-d", ".@1-5d"])
def test_what_is_no_key_of_a_model_names_no_space(key: str) -> None:
    with pytest.raises(ValueError, match="not the key of a model"):
        Space.of(key)


def test_each_space_has_a_folder_of_its_own_among_the_data(settings: Settings) -> None:
    assert Space.of("fake@1-32d").folder == settings.CLOUDZY_DATA_DIR / "index" / "fake@1-32d"


@pytest.mark.django_db
def test_the_space_of_an_empty_library_is_that_of_the_encoder() -> None:
    assert current_space() == Space("fake@1-32d", "1", 32)


@pytest.mark.django_db
def test_the_space_of_a_library_is_that_of_its_model_whether_or_not_it_is_there() -> None:
    ActiveModel.adopt("clip:gone", "gone@ab12-16d")

    assert current_space() == Space("gone@ab12-16d", "ab12", 16)


@pytest.mark.django_db
def test_without_an_encoder_there_is_no_current_space(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    with pytest.raises(EncoderUnavailable):
        current_space()
