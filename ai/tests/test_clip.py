from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto
from PIL import Image

from ai.encoders.base import BadVector, EncoderUnavailable, model_key
from ai.encoders.clip import ClipEncoder
from ai.tests import clip_reference as reference
from ai.tests.clip_models import (
    MASKED,
    SIGLIP,
    Built,
    Style,
    build_immich,
    build_rclip,
    encoder_of,
    rclip_encoder_of,
)
from ai.vocabulary import Vocabulary, Word

ROOT = Path(__file__).parents[2]

SIZES = [
    (32, 32), (33, 32), (32, 33), (64, 48), (48, 64), (640, 427), (427, 640), (35, 39), (31, 31), (7, 9),
    (1, 1), (1, 40), (40, 1), (2, 3), (1000, 250), (251, 999), (100, 101), (512, 384), (384, 511), (63, 95),
]  # fmt: skip
TEXTS = [
    "", " ", "dog", "Dog", "DOGS ON THE BEACH", "a photo of a dog", "  two   cats\n asleep\t", "don't stop!", "42",
    "snow, mountains; winter.", "snake_case_name", "🐕", "🐕🏖️ at the beach", "שלום עולם", "كلب على الشاطئ",
    "犬が浜辺を走る", "кошка спит", "Der HUND läuft", "naïve café", "nai\u0308ve cafe\u0301", "a" * 500,
    "word " * 300, "!!!", "'s 't", "<|endoftext|>", "<s> </s> <pad>",
    "http://example.org/?q=1&b=2", "100% #1 @home", "\u202eright\u202c", "\ud800",
]  # fmt: skip

EMBED_BEFORE_AND_AFTER_A_FORK = """
import os, sys
from pathlib import Path
from PIL import Image
from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.layouts import IMMICH

encoder = ClipEncoder(Path(sys.argv[1]), IMMICH, ClipIdentity("tiny", "1", 16), threads=2, batch_size=4)
child = os.fork()
vectors = encoder.embed_images([Image.new("RGB", (80, 80), "red")])
texts = encoder.embed_texts(["a dog", "a cat"])
if child:
    _, status = os.waitpid(child, 0)
    raise SystemExit(status)
os._exit(0 if vectors.shape == (1, 16) and len(texts) == 2 else 1)
"""


def picture(size: tuple[int, int], seed: int) -> Image.Image:
    """Noise over a gradient: no two pixels alike, and no two pictures."""
    noise = np.random.default_rng(seed).integers(0, 60, (size[1], size[0], 3))
    across = np.linspace(0, 190, size[0])[None, :, None] * np.array([1.0, 0.6, 0.3])
    return Image.fromarray((noise + across).astype(np.uint8), "RGB")


PICTURES = [picture(size, seed) for seed, size in enumerate(SIZES)]


@pytest.fixture(params=["clip", SIGLIP, MASKED], scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_immich(tmp_path_factory.mktemp("model"), Style(kind=request.param))


def vectors_of(encoder: ClipEncoder, texts: list[str]) -> np.ndarray:
    return np.array(encoder.embed_texts(texts))


def test_pictures_of_all_shapes_agree_with_the_reference(built: Built) -> None:
    vectors = encoder_of(built).embed_images(PICTURES)

    expected = np.array([reference.image_vector(built, image) for image in PICTURES])
    assert vectors == pytest.approx(expected, abs=1e-4)
    assert np.abs(expected @ expected.T - np.eye(20)).min() < 0.99, "the reference tells pictures apart"


def test_texts_of_all_kinds_agree_with_the_reference(built: Built) -> None:
    vectors = vectors_of(encoder_of(built), TEXTS)

    readable = [text.encode(errors="replace").decode() for text in TEXTS]
    expected = np.array([reference.text_vector(built, text) for text in readable])
    assert len(TEXTS) == 30
    assert vectors == pytest.approx(expected, abs=1e-4)
    assert len(np.unique(expected.round(3), axis=0)) > 15, "the reference tells texts apart"


def test_the_layout_of_rclip_agrees_with_the_reference(tmp_path: Path) -> None:
    built = build_rclip(tmp_path / "published")
    encoder = rclip_encoder_of(built, tmp_path / "flat")
    texts = [text for text in TEXTS if "<" not in text and text != "\ud800"]

    images, words = encoder.embed_images(PICTURES), vectors_of(encoder, texts)

    assert images == pytest.approx(np.array([reference.image_vector(built, image) for image in PICTURES]), abs=1e-4)
    composed = [text.replace("nai\u0308ve cafe\u0301", "naïve café") for text in texts]
    assert words == pytest.approx(np.array([reference.merged_text_vector(built, text) for text in composed]), abs=1e-4)


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("mode", ["shortest", "squash"])
def test_preprocessing_is_what_the_files_say(tmp_path: Path, interpolation: str, mode: str) -> None:
    preprocess = {
        "interpolation": interpolation, "resize_mode": mode, "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]
    }  # fmt: skip
    built = build_immich(tmp_path, Style(preprocess=preprocess))

    vectors = encoder_of(built).embed_images(PICTURES[:8])

    assert vectors == pytest.approx(np.array([reference.image_vector(built, i) for i in PICTURES[:8]]), abs=1e-4)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_graph_of_a_fixed_batch_gets_just_that_many_rows(tmp_path: Path, batch: int) -> None:
    free = build_immich(tmp_path / "free")
    fixed = build_immich(tmp_path / "fixed", Style(batch=batch))

    images, texts = encoder_of(fixed).embed_images(PICTURES[:7]), vectors_of(encoder_of(fixed), TEXTS[:7])

    assert images == pytest.approx(encoder_of(free).embed_images(PICTURES[:7]), abs=1e-5)
    assert texts == pytest.approx(vectors_of(encoder_of(free), TEXTS[:7]), abs=1e-5)


def test_token_ids_have_the_type_the_graph_asks_for(tmp_path: Path) -> None:
    narrow = build_immich(tmp_path / "narrow", Style(ids=TensorProto.INT32))
    wide = build_immich(tmp_path / "wide", Style(ids=TensorProto.INT64))

    vectors = [vectors_of(encoder_of(model), ["a dog"]) for model in (narrow, wide)]

    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)


def test_the_dimension_is_that_of_the_model(tmp_path: Path) -> None:
    encoder = encoder_of(build_immich(tmp_path, Style(dimension=24)))

    assert encoder.embed_images(PICTURES[:1]).shape == (1, 24)
    assert model_key(encoder) == "tiny@1-24d"


def test_a_dimension_that_is_not_that_of_the_graph_is_refused(tmp_path: Path) -> None:
    encoder = encoder_of(build_immich(tmp_path), dimension=8)

    with pytest.raises(BadVector):
        encoder.embed_images(PICTURES[:1])
    with pytest.raises(BadVector):
        encoder.embed_texts(["dog"])


def test_it_tags_with_the_vocabulary_it_is_handed_and_without_one_not_at_all(tmp_path: Path) -> None:
    plain = encoder_of(build_immich(tmp_path))
    vectors = plain.embed_images(PICTURES[:2])
    leaves = np.concatenate([vectors, -vectors])
    words = (Word("first", (0,), threshold=0.5), Word("second", (1,), threshold=0.5))

    taught = plain.with_vocabulary(Vocabulary(words, leaves, temperature=500.0))

    assert plain.tag(vectors) == [[], []]
    assert [[tag.word for tag in row] for row in taught.tag(vectors)] == [["first"], ["second"]]
    assert plain.vocabulary is None
    assert model_key(taught) == model_key(plain)


def test_a_session_is_opened_once_by_whichever_thread_comes_first(tmp_path: Path) -> None:
    encoder = encoder_of(build_immich(tmp_path))

    with ThreadPoolExecutor(8) as threads:
        images = list(threads.map(lambda _: encoder.embed_images(PICTURES[:3]), range(8)))
        texts = list(threads.map(lambda _: vectors_of(encoder, TEXTS[:3]), range(8)))

    assert all(np.array_equal(answer, images[0]) for answer in images)
    assert all(np.array_equal(answer, texts[0]) for answer in texts)


def test_an_encoder_loaded_before_a_fork_works_on_both_sides_of_it(tmp_path: Path) -> None:
    build_immich(tmp_path)

    forked = subprocess.run(
        [sys.executable, "-c", EMBED_BEFORE_AND_AFTER_A_FORK, str(tmp_path)], cwd=ROOT, timeout=60, check=False
    )

    assert forked.returncode == 0


def test_nothing_is_asked_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = encoder_of(build_immich(tmp_path))
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr(socket, "getaddrinfo", None)

    encoder.warm_up()

    assert encoder.embed_images(PICTURES[:1]).shape == (1, 16)
    assert encoder.embed_texts(["dog"])[0] is not None


@pytest.mark.parametrize(
    ("path", "damage"),
    [
        pytest.param("config.json", lambda path: path.unlink(), id="no settings"),
        pytest.param("config.json", lambda path: path.write_text("[]"), id="settings that are none"),
        pytest.param("visual/preprocess_cfg.json", lambda path: path.write_text("{}"), id="no size"),
        pytest.param("textual/tokenizer_config.json", lambda path: path.write_text("{}"), id="no padding"),
    ],
)
def test_settings_that_are_not_usable_are_told_with_the_command_to_run(
    tmp_path: Path, path: str, damage: Callable[[Path], object]
) -> None:
    built = build_immich(tmp_path)
    damage(tmp_path / path)

    with pytest.raises(EncoderUnavailable, match=r"manage\.py models verify tiny") as told:
        encoder_of(built)
    assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>"])
@pytest.mark.parametrize("path", ["visual/model.onnx", "textual/model.onnx", "textual/tokenizer.json"])
def test_a_file_that_is_damaged_is_told_where_it_is_needed_and_only_there(
    tmp_path: Path, path: str, content: bytes
) -> None:
    encoder = encoder_of(build_immich(tmp_path))
    (tmp_path / path).write_bytes(content)

    with pytest.raises(EncoderUnavailable, match="damaged"):
        encoder.warm_up() if path.startswith("visual") else encoder.embed_texts(["dog"])
    if path.startswith("visual"):
        assert encoder.embed_texts(["dog"])[0] is not None
    else:
        assert len(encoder.embed_images(PICTURES[:1])) == 1


def test_graphs_in_each_others_place_are_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = encoder_of(build_immich(tmp_path))
    visual, textual = tmp_path / "visual/model.onnx", tmp_path / "textual/model.onnx"
    visual.write_bytes(textual.read_bytes())

    with pytest.raises(EncoderUnavailable):
        encoder.warm_up()
    assert "not one batch of pictures" in caplog.text

    build_immich(tmp_path / "other")
    textual.write_bytes((tmp_path / "other/visual/model.onnx").read_bytes())

    with pytest.raises(EncoderUnavailable):
        encoder.embed_texts(["dog"])
    assert "not token ids" in caplog.text
