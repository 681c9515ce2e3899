from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from ai import installing
from ai.encoders.base import EncoderUnavailable, model_key
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from ai.loading import forget_encoder, get_encoder
from ai.tests.clip_models import build_immich
from ai.tests.tiny_model import write_tiny_model


@pytest.fixture(autouse=True)
def fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Begin with nothing loaded and an empty model folder."""
    settings.CLOUDZY_ENCODER = "compact"
    settings.CLOUDZY_ENCODER_DIR = tmp_path
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
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


def test_the_placeholder_needs_no_files(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"

    assert isinstance(get_encoder(), PlaceholderEncoder)


def test_an_installed_model_is_named_and_its_key_names_its_content(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER = "clip:mine"
    with pytest.raises(EncoderUnavailable, match="models add mine --from DIR"):
        get_encoder()

    model = installing.add(tmp_path / "models", "mine", build_immich(tmp_path / "given").folder, lambda *_: None)

    assert model_key(get_encoder()) == f"mine@{model.manifest.revision}-16d"
    assert get_encoder() is get_encoder()


def test_two_encoders_can_be_in_use_at_once(tmp_path: Path) -> None:
    installing.add(tmp_path / "models", "mine", build_immich(tmp_path / "given").folder, lambda *_: None)
    write_tiny_model(tmp_path)

    assert (get_encoder("clip:mine").name, get_encoder().name) == ("mine", "tiny")
    assert get_encoder("clip:mine") is get_encoder("clip:mine")


def test_an_altered_model_is_not_loaded_until_it_is_put_right(tmp_path: Path) -> None:
    model = installing.add(tmp_path / "models", "mine", build_immich(tmp_path / "given").folder, lambda *_: None)
    graph = model.folder / "visual/model.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1])

    with pytest.raises(EncoderUnavailable, match=r"visual/model\.onnx was altered or is cut short"):
        get_encoder("clip:mine")
    graph.write_bytes(whole)

    assert get_encoder("clip:mine").name == "mine"


@pytest.mark.parametrize("name", ["clip:", "clip:../mine", "fake:mine"])
def test_a_name_that_leads_nowhere_is_told(name: str) -> None:
    with pytest.raises(EncoderUnavailable):
        get_encoder(name)
