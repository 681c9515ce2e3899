from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from ai.encoders.base import BadVector, EncoderUnavailable, model_key
from ai.encoders.compact import CompactEncoder
from ai.encoders.graph import ImageGraph
from ai.tests.conftest import SHIPPED
from ai.tests.tiny_model import chain, write_tiny_model

REFERENCE = np.load(SHIPPED / "reference.npz")

EMBED_BEFORE_AND_AFTER_A_FORK = f"""
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from PIL import Image
from ai.encoders.compact import CompactEncoder

encoder = CompactEncoder(Path({str(SHIPPED)!r}), threads=2, batch_size=4)
encoder.embed_texts(["dog"])
child = os.fork()
vectors = encoder.embed_images([Image.new("RGB", (80, 80), "red")])
if child:
    _, status = os.waitpid(child, 0)
    raise SystemExit(status)
os._exit(0 if vectors.shape == (1, 512) else 1)
"""


def tiny(folder: Path) -> CompactEncoder:
    return CompactEncoder(folder, threads=1, batch_size=2)


def test_the_shipped_graph_gives_the_reference_vectors() -> None:
    graph = ImageGraph(SHIPPED / "image.onnx", "image", threads=1)

    vectors = graph.run(REFERENCE["pixels"].transpose(0, 3, 1, 2).astype(np.float32) / 255)

    assert vectors == pytest.approx(REFERENCE["embeddings"], abs=1e-4)


def test_threads_that_open_the_graph_at_once_share_one_session() -> None:
    graph = ImageGraph(SHIPPED / "image.onnx", "image", threads=1)

    with ThreadPoolExecutor(8) as threads:
        sessions = list(threads.map(lambda _: graph.open(), range(8)))

    assert all(session is graph.open() for session in sessions)


@pytest.mark.parametrize("name", REFERENCE["names"].tolist())
def test_a_real_photo_comes_near_its_reference_vector(
    compact: CompactEncoder, asset: Callable[[str], Path], name: str
) -> None:
    with Image.open(asset(name)) as stored:
        upright = ImageOps.exif_transpose(stored).convert("RGB")

    vector = compact.embed_images([upright])[0]

    assert vector @ REFERENCE["embeddings"][REFERENCE["names"] == name][0] > 0.999


def test_a_panorama_of_one_pixel_height_needs_no_more_memory_than_another_picture(compact: CompactEncoder) -> None:
    vectors = compact.embed_images([Image.new("RGB", (100_000, 1), "white"), Image.new("RGB", (1, 100_000), "white")])

    assert vectors[0] @ vectors[1] == pytest.approx(1, abs=1e-5)


def test_another_revision_of_the_files_needs_no_code(tmp_path: Path) -> None:
    encoder = tiny(write_tiny_model(tmp_path))

    vectors = encoder.embed_images([Image.new("RGB", (30, 20), "red"), Image.new("RGB", (8, 8), "blue")])

    assert model_key(encoder) == "tiny@2-3d"
    assert vectors == pytest.approx(np.array([[1, 0, 0], [0, 0, 1]]), abs=1e-6)
    assert [[tag.word for tag in row] for row in encoder.tag(vectors)] == [["red"], ["blue"]]
    assert encoder.embed_texts(["Greens", "dog"])[0] == pytest.approx([0, 1, 0])


def test_temperature_and_thresholds_are_those_of_the_files(model_folder: Path, compact: CompactEncoder) -> None:
    described = json.loads((model_folder / "vocabulary.json").read_text())
    words = [word | {"threshold": 0.01} for word in described["words"]]
    changes = {"revision": "2", "temperature": 5.0, "words": words}
    (model_folder / "vocabulary.json").write_text(json.dumps(described | changes))
    vectors = REFERENCE["embeddings"]

    changed = tiny(model_folder)

    assert model_key(changed) == "cloudzy-compact@2-512d"
    assert changed.tag(vectors) != compact.tag(vectors)
    assert all(row for row in changed.tag(vectors)), "with hardly a threshold every picture has a tag"


@pytest.mark.parametrize(
    "operators",
    [
        pytest.param(["GlobalAveragePool", "Flatten"], id="zero"),
        pytest.param(["GlobalAveragePool", "Flatten", "Log"], id="infinite"),
        pytest.param(["GlobalAveragePool", "Flatten", "Log", "Cos"], id="not a number"),
        pytest.param(["Flatten"], id="another length"),
        pytest.param(["GlobalAveragePool"], id="another shape"),
    ],
)
def test_what_the_graph_answers_is_refused_where_it_is_no_vector(tmp_path: Path, operators: list[str]) -> None:
    encoder = tiny(write_tiny_model(tmp_path, operators))

    with pytest.raises(BadVector):
        encoder.embed_images([Image.new("RGB", (8, 8), "black")])


def test_a_graph_cut_short_is_unavailable_until_it_is_whole_again(model_folder: Path) -> None:
    graph = model_folder / "image.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[: len(whole) // 2])
    encoder = tiny(model_folder)
    picture = Image.new("RGB", (80, 80), "red")

    with pytest.raises(EncoderUnavailable, match=r"image\.onnx"):
        encoder.warm_up()
    with pytest.raises(EncoderUnavailable):
        encoder.embed_images([picture])
    assert encoder.embed_texts(["dog"])[0] is not None, "words need no graph"

    graph.write_bytes(whole)
    encoder.warm_up()

    assert encoder.embed_images([picture]).shape == (1, 512)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>"])
def test_a_file_that_is_no_graph_is_unavailable(tmp_path: Path, content: bytes) -> None:
    encoder = tiny(write_tiny_model(tmp_path))
    (tmp_path / "image.onnx").write_bytes(content)

    with pytest.raises(EncoderUnavailable, match="CLOUDZY_ENCODER_DIR"):
        encoder.warm_up()


def test_a_graph_of_another_model_is_unavailable(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = tiny(write_tiny_model(tmp_path))
    (tmp_path / "image.onnx").write_bytes(chain(["GlobalAveragePool", "Flatten"], "something_else"))

    with pytest.raises(EncoderUnavailable):
        encoder.warm_up()

    assert "something_else" in caplog.text


def test_a_graph_for_another_size_of_picture_is_unavailable(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = tiny(write_tiny_model(tmp_path))
    (tmp_path / "image.onnx").write_bytes(chain(["GlobalAveragePool", "Flatten"], "picture", pixels=16))

    with pytest.raises(EncoderUnavailable):
        encoder.embed_images([Image.new("RGB", (8, 8), "red")])

    assert "Expected: 16" in caplog.text


def test_an_encoder_loaded_before_a_fork_works_on_both_sides_of_it() -> None:
    forked = subprocess.run(
        [sys.executable, "-c", EMBED_BEFORE_AND_AFTER_A_FORK], cwd=SHIPPED.parents[2], timeout=60, check=False
    )

    assert forked.returncode == 0
