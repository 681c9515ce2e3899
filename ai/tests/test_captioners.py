"""What every captioner keeps to, and how the one of the settings is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytest_django import Settings

from ai import installing
from ai.captioners.base import Captioner, CaptionerUnavailable, CaptionFailed, Described
from ai.captioners.chosen import Endpoint
from ai.captioners.loading import forget_captioner, get_captioner, takes_its_time
from ai.captioners.local import LocalCaptioner
from ai.captioners.openai import OpenAICaptioner
from ai.captioners.template import TemplateCaptioner
from ai.encoders.base import EncoderUnavailable
from ai.fakes import FakeCaptioner, FakeEncoder
from ai.tests.caption_server import CaptionServer, described, says
from ai.tests.clip_models import build_immich
from ai.tests.tiny_captioner import Kind, write_captioner

MAKERS: dict[str, Callable[[CaptionServer, Path], Captioner]] = {
    "template": lambda *_: TemplateCaptioner(FakeEncoder()),
    "fake": lambda *_: FakeCaptioner(),
    "openai": lambda server, _: OpenAICaptioner(Endpoint(server.url, "tiny-vision")),
    "local": lambda _, folder: LocalCaptioner(write_captioner(folder, Kind("blip", merged=True), 1), 1, 60),
}
SIZES = [(40, 30), (30, 40), (1, 1), (1600, 3), (3, 1600)]


@pytest.fixture(params=MAKERS)
def captioner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Captioner]:
    with CaptionServer(says(described("A dog\ton a beach."))) as server:
        yield MAKERS[request.param](server, tmp_path / "tiny")


@pytest.mark.parametrize("size", SIZES)
def test_any_picture_is_described_in_plain_bounded_text(captioner: Captioner, size: tuple[int, int]) -> None:
    said = captioner.describe(Image.new("RGB", size, "red"))

    assert captioner.name
    assert said == Described.from_untrusted(said.caption, said.description, said.tags)
    assert said.caption.endswith(".")


def test_the_picture_stays_as_it_was(captioner: Captioner) -> None:
    image = Image.effect_noise((1600, 1200), 60).convert("RGB")
    before = np.array(image)

    captioner.describe(image)

    assert image.size == (1600, 1200)
    assert np.array_equal(before, np.array(image))


def test_many_threads_may_ask_at_once(captioner: Captioner) -> None:
    with ThreadPoolExecutor(4) as threads:
        said = set(threads.map(captioner.describe, [Image.new("RGB", (20, 20), "red")] * 8))

    assert len(said) == 1


def test_text_is_cleaned_and_nothing_left_is_no_caption() -> None:
    said = Described.from_untrusted("A\x00 dog\u202e \n here", " one\r\ntwo ", ["Big  DOG", "big dog", "\u200b"])

    assert said == Described("A dog here", "one\ntwo", ("big dog",))
    with pytest.raises(CaptionFailed, match="no caption"):
        Described.from_untrusted(" \u202e\n")


def test_the_template_says_what_the_tags_say_and_no_more() -> None:
    template = TemplateCaptioner(FakeEncoder())

    assert template.describe(Image.new("RGB", (9, 9), "red")) == Described("A red.", "", ("red",))


def test_the_template_without_its_encoder_is_unavailable() -> None:
    class Gone(FakeEncoder):
        def embed_images(self, images: object) -> np.ndarray:  # noqa: ARG002
            raise EncoderUnavailable("no files")

    with pytest.raises(CaptionerUnavailable, match="no files"):
        TemplateCaptioner(Gone()).describe(Image.new("RGB", (9, 9)))


@pytest.fixture
def chosen(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    settings.CLOUDZY_MODELS_DIR = tmp_path
    forget_captioner()
    yield settings
    forget_captioner()


def test_the_template_is_the_default_and_takes_no_time(chosen: Settings) -> None:
    assert chosen.CLOUDZY_CAPTIONER == "template"
    assert isinstance(get_captioner(), TemplateCaptioner)
    assert not takes_its_time()


def test_an_endpoint_is_read_from_the_settings_and_kept_with_its_breaker(chosen: Settings) -> None:
    chosen.CLOUDZY_CAPTIONER = "openai"
    with pytest.raises(CaptionerUnavailable, match="CLOUDZY_CAPTION_URL"):
        get_captioner()
    chosen.CLOUDZY_CAPTION_URL = "http://127.0.0.1:11434"
    chosen.CLOUDZY_CAPTION_MODEL = "qwen2.5vl:7b"

    assert get_captioner().name == "qwen2.5vl:7b"
    assert get_captioner() is get_captioner()
    assert takes_its_time()


def test_a_local_model_is_found_by_name_as_soon_as_it_is_there(chosen: Settings, tmp_path: Path) -> None:
    chosen.CLOUDZY_CAPTIONER = "local:tiny"
    with pytest.raises(CaptionerUnavailable, match=r"tiny cannot be used: it is not installed.*models add tiny"):
        get_captioner()

    installing.add(tmp_path, "tiny", write_captioner(tmp_path / "given", Kind("blip", merged=True)), lambda *_: None)

    assert get_captioner().name == "tiny"
    assert get_captioner("local:tiny") is get_captioner()


def test_a_local_model_whose_files_changed_is_not_used(chosen: Settings, tmp_path: Path) -> None:
    chosen.CLOUDZY_CAPTIONER = "local:tiny"
    given = write_captioner(tmp_path / "given", Kind("blip", merged=False))
    installing.add(tmp_path, "tiny", given, lambda *_: None)
    (tmp_path / "tiny/decoder_model.onnx").write_bytes(b"something else")

    with pytest.raises(CaptionerUnavailable, match=r"decoder_model\.onnx was altered.*models add tiny"):
        get_captioner()


def test_a_model_of_another_kind_is_no_captioner(chosen: Settings, tmp_path: Path) -> None:
    chosen.CLOUDZY_CAPTIONER = "local:eyes"
    installing.add(tmp_path, "eyes", build_immich(tmp_path / "given").folder, lambda *_: None)

    with pytest.raises(CaptionerUnavailable, match="writes no captions"):
        get_captioner()


def test_an_unknown_captioner_is_refused_with_the_known_ones(chosen: Settings) -> None:
    chosen.CLOUDZY_CAPTIONER = "oracle"

    with pytest.raises(CaptionerUnavailable, match=r"'oracle'.*template.*local.*openai"):
        get_captioner()


def test_the_template_of_the_settings_tells_of_a_missing_encoder(chosen: Settings, tmp_path: Path) -> None:
    chosen.CLOUDZY_ENCODER = "compact"
    chosen.CLOUDZY_ENCODER_DIR = tmp_path / "none"

    with pytest.raises(CaptionerUnavailable, match="CLOUDZY_ENCODER_DIR"):
        get_captioner()
