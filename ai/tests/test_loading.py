from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from ai.encoders.base import EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.loading import forget_encoder, get_encoder
from ai.tests.tiny_model import write_tiny_model


@pytest.fixture(autouse=True)
def fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Begin with nothing loaded and an empty model folder."""
    settings.CLOUDZY_ENCODER = "compact"
    settings.CLOUDZY_ENCODER_DIR = tmp_path
    forget_encoder()
    yield
    forget_encoder()


def test_the_encoder_is_loaded_once(tmp_path: Path) -> None:
    write_tiny_model(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        encoders = {id(encoder) for encoder in threads.map(lambda _: get_encoder(), range(16))}

    assert len(encoders) == 1
    assert get_encoder().name == "tiny"


def test_missing_files_are_told_every_time_and_used_once_they_are_there(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(EncoderUnavailable, match="CLOUDZY_ENCODER_DIR"):
            get_encoder()

    write_tiny_model(tmp_path)

    assert get_encoder().name == "tiny"


def test_a_loaded_encoder_outlives_its_files_until_it_is_forgotten(tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    loaded = get_encoder()
    write_tiny_model(tmp_path, revision="3")

    assert get_encoder() is loaded
    forget_encoder()

    assert get_encoder().revision == "3"


def test_a_changed_setting_is_followed_at_once(settings: Settings, tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    before = get_encoder()

    settings.CLOUDZY_ENCODER = "fake"

    assert isinstance(get_encoder(), FakeEncoder)
    settings.CLOUDZY_ENCODER = "compact"
    assert get_encoder() is before


def test_the_fake_needs_no_files(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "fake"

    assert get_encoder().embed_texts(["red"])[0] is not None


def test_an_unknown_encoder_is_refused_with_the_known_ones(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "clip"

    with pytest.raises(EncoderUnavailable, match=r"'clip'.*compact.*fake"):
        get_encoder()
