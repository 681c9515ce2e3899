from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from ai.encoders.base import EncoderUnavailable
from ai.encoders.checksums import SUMS, published_sums
from ai.encoders.compact import CompactEncoder
from ai.tests.conftest import SHIPPED
from ai.tests.tiny_model import write_tiny_model

FILES = ("image.onnx", "leaves.npy", "vocabulary.json")
PICTURE = Image.new("RGB", (80, 80), "red")


def write_sums(folder: Path, heading: str = "# tiny 2", mark: str = " ") -> None:
    """Write the list as sha256sum does, `mark` being its sign for text or binary."""
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()} {mark}{name}" for name in FILES]
    (folder / SUMS).write_text("\n".join([heading, *sums]) + "\n")


def flip_in_the_middle(path: Path, count: int = 1) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + count] = bytes(byte ^ 0x01 for byte in data[middle : middle + count])
    path.write_bytes(bytes(data))


def embed(folder: Path) -> None:
    CompactEncoder(folder, threads=1, batch_size=1).embed_images([PICTURE])


def test_the_shipped_files_are_those_their_list_was_written_for() -> None:
    sums = published_sums(SHIPPED, "cloudzy-compact", "1")

    assert sums == {name: hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() for name in FILES}


def test_damaged_weights_are_refused_before_anything_is_computed_with_them(
    model_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flip_in_the_middle(model_folder / "image.onnx", count=4_000)

    with pytest.raises(EncoderUnavailable, match="damaged"):
        embed(model_folder)

    assert "image.onnx is not the file SHA256SUMS was written for" in caplog.text


@pytest.mark.parametrize("name", ["leaves.npy", "vocabulary.json"])
def test_a_flipped_bit_in_what_is_read_at_the_start_is_refused(model_folder: Path, name: str) -> None:
    flip_in_the_middle(model_folder / name)

    with pytest.raises(EncoderUnavailable):
        CompactEncoder(model_folder, threads=1, batch_size=1)


@pytest.mark.parametrize("mark", [" ", "*"])
def test_whole_files_of_the_list_are_used(tmp_path: Path, mark: str) -> None:
    write_sums(write_tiny_model(tmp_path), mark=mark)

    embed(tmp_path)


def test_files_without_a_list_are_used(tmp_path: Path) -> None:
    embed(write_tiny_model(tmp_path))


def test_files_of_another_revision_are_not_measured_by_an_old_list(tmp_path: Path) -> None:
    write_sums(write_tiny_model(tmp_path, revision="1"), heading="# tiny 1")

    embed(write_tiny_model(tmp_path, ["GlobalMaxPool", "Flatten"]))

    assert json.loads((tmp_path / "vocabulary.json").read_text())["revision"] == "2"


@pytest.mark.parametrize("content", [b"# tiny 2\nnonsense\n", b"# tiny 2\n\xff\xfe  image.onnx\n"])
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    (write_tiny_model(tmp_path) / SUMS).write_bytes(content)

    with pytest.raises(EncoderUnavailable):
        embed(tmp_path)
