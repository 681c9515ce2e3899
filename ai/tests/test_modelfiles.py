from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ai.encoders.base import EncoderUnavailable
from ai.encoders.modelfiles import read_model
from ai.tests.conftest import SHIPPED
from ai.tests.tiny_model import write_tiny_model

WORD = {"word": "red", "leaves": [0], "parents": [], "synonyms": [], "threshold": 0.5}
INPUT = {
    "name": "picture",
    "size": 8,
    "resize_shorter_side": 9,
    "resample": "bicubic",
    "crop": "center",
    "range": [0, 1],
    "layout": "NCHW",
    "color": "sRGB",
}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_the_shipped_files_fit_together() -> None:
    model = read_model(SHIPPED)

    assert (model.name, model.revision, model.dimension) == ("cloudzy-compact", "1", 512)
    assert len(model.vocabulary.words) == 308
    assert model.vocabulary.leaves.shape == (308, 512)
    assert model.vocabulary.temperature == 15.052


@pytest.mark.parametrize("name", ["image.onnx", "leaves.npy", "vocabulary.json"])
def test_a_missing_file_is_named_together_with_the_cure(tmp_path: Path, name: str) -> None:
    (write_tiny_model(tmp_path) / name).unlink()

    with pytest.raises(EncoderUnavailable, match=rf"{name} missing.*CLOUDZY_ENCODER_DIR"):
        read_model(tmp_path)


def test_a_folder_that_does_not_exist_misses_every_file(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"image\.onnx, leaves\.npy, vocabulary\.json missing"):
        read_model(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(truncate, id="cut short"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"[]"), id="something else"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe\x00"), id="no text"),
    ],
)
@pytest.mark.parametrize("name", ["leaves.npy", "vocabulary.json"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, damage: Callable[[Path], object]) -> None:
    damage(write_tiny_model(tmp_path) / name)

    with pytest.raises(EncoderUnavailable, match="cannot be used"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"format": 2}, id="a format of the future"),
        pytest.param({"dimension": 4}, id="another dimension"),
        pytest.param({"encoder": "../evil"}, id="a name that leaves its folder"),
        pytest.param({"revision": 2}, id="a revision that is no text"),
        pytest.param({"temperature": 0}, id="no temperature"),
        pytest.param({"temperature": float("nan")}, id="a temperature that is not a number"),
        pytest.param({"words": []}, id="no words"),
        pytest.param({"words": [WORD, WORD]}, id="the same word twice"),
        pytest.param({"words": [WORD | {"leaves": [3]}]}, id="a leaf too many"),
        pytest.param({"words": [WORD | {"leaves": [-1]}]}, id="a leaf below zero"),
        pytest.param({"words": [WORD | {"leaves": []}]}, id="a word without leaves"),
        pytest.param({"words": [WORD | {"threshold": 1.5}]}, id="a threshold above one"),
        pytest.param({"words": [{"word": "red"}]}, id="a word without its facts"),
        pytest.param({"input": INPUT | {"crop": "random"}}, id="an unknown crop"),
        pytest.param({"input": INPUT | {"color": "P3"}}, id="an unknown colour space"),
        pytest.param({"input": INPUT | {"resample": "magic"}}, id="an unknown filter"),
        pytest.param({"input": INPUT | {"layout": "CHWN"}}, id="an unknown layout"),
        pytest.param({"input": INPUT | {"size": 10}}, id="a crop larger than the picture"),
        pytest.param({"input": INPUT | {"range": [1]}}, id="half a range"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_tiny_model(tmp_path, **changes)

    with pytest.raises(EncoderUnavailable, match="cannot be used"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    "leaves", [np.zeros((3, 3)), np.full((3, 3), np.nan), np.ones(3), np.array([["a", "b", "c"]] * 3)]
)
def test_leaves_that_are_no_vectors_are_refused(tmp_path: Path, leaves: np.ndarray) -> None:
    np.save(write_tiny_model(tmp_path) / "leaves.npy", leaves)

    with pytest.raises(EncoderUnavailable):
        read_model(tmp_path)


def test_pickled_leaves_are_refused_unread(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    np.save(write_tiny_model(tmp_path) / "leaves.npy", np.array([{}], dtype=object), allow_pickle=True)

    with pytest.raises(EncoderUnavailable):
        read_model(tmp_path)

    assert "pickle" in caplog.text


def test_what_clients_are_told_names_no_path(tmp_path: Path) -> None:
    (write_tiny_model(tmp_path) / "leaves.npy").write_bytes(b"")

    with pytest.raises(EncoderUnavailable) as refused:
        read_model(tmp_path)

    assert str(tmp_path) not in str(refused.value)
