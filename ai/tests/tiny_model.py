"""A three-number encoder in the files of a real one: it sees the mean red, green and blue of a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

FLOAT = 1
MEAN_COLOUR = ("GlobalAveragePool", "Flatten")


def write_tiny_model(folder: Path, operators: Sequence[str] = MEAN_COLOUR, **changes: Any) -> Path:
    """Write the three files into `folder`; `changes` replace keys of vocabulary.json."""
    colours = enumerate(("red", "green", "blue"))
    described = {
        "format": 1,
        "encoder": "tiny",
        "revision": "2",
        "dimension": 3,
        "temperature": 9.5,
        "input": {
            "name": "picture",
            "size": 8,
            "resize_shorter_side": 9,
            "resample": "bilinear",
            "crop": "center",
            "range": [0, 1],
            "layout": "NCHW",
            "color": "sRGB",
        },
        "words": [
            {"word": word, "leaves": [leaf], "parents": [], "synonyms": [], "threshold": 0.5} for leaf, word in colours
        ],
    }
    folder.mkdir(exist_ok=True)
    (folder / "vocabulary.json").write_text(json.dumps(described | changes), encoding="utf-8")
    np.save(folder / "leaves.npy", np.eye(3, dtype=np.float32))
    (folder / "image.onnx").write_bytes(chain(operators, "picture"))
    return folder


def chain(operators: Sequence[str], input_name: str, pixels: int = 8) -> bytes:
    """Return an ONNX model that applies `operators` one after the other to (batch, 3, pixels, pixels) float32."""
    names = [input_name, *(f"step{at}" for at in range(len(operators)))]
    nodes = [
        _field(1, _text(1, taken) + _text(2, given) + _text(4, operator))
        for operator, taken, given in zip(operators, names, names[1:], strict=False)
    ]
    given = _field(11, _value(input_name, ["batch", 3, pixels, pixels]))
    answer = _field(12, _value(names[-1], ["batch", 3]))
    graph = b"".join(nodes) + _text(2, "chain") + given + answer
    return _number(1, 8) + _field(7, graph) + _field(8, _number(2, 17))


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = [_text(2, size) if isinstance(size, str) else _number(1, size) for size in shape]
    tensor = _number(1, FLOAT) + _field(2, b"".join(_field(1, size) for size in sizes))
    return _text(1, name) + _field(2, _field(1, tensor))


def _text(tag: int, text: str) -> bytes:
    return _field(tag, text.encode())


def _field(tag: int, content: bytes) -> bytes:
    """Return a length-delimited protocol buffer field."""
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _number(tag: int, number: int) -> bytes:
    return _varint(tag << 3) + _varint(number)


def _varint(number: int) -> bytes:
    low = bytearray()
    while number > 0x7F:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])
