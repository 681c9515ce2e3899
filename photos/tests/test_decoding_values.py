from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photos.decoding import frames, values
from photos.image_types import JPEG, ImageType


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Note:
    words: tuple[str, ...]
    weight: float
    colour: Colour
    of: Mapping[Colour, Path]
    when: datetime | None = None
    kind: ImageType = JPEG
    data: bytes = b""


NOTE = Note(("a", "b"), 1.5, Colour.RED, {Colour.RED: Path("/a")}, datetime(2024, 5, 1), JPEG, b"\0\xff")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Note, NOTE),
        (int | None, None),
        (int | None, 3),
        (float, 2.0),
        (list[str], ["a"]),
        (tuple[int, str], (1, "a")),
        (frozenset[int], frozenset({1, 2})),
        (bool, True),
    ],
)
def test_a_value_is_the_same_on_the_other_side(kind: Any, value: object) -> None:
    beside: list[bytes] = []

    told = values.write(value, beside)

    assert values.read(kind, told, beside) == value


def test_a_picture_is_the_same_on_the_other_side() -> None:
    image, beside = Image.effect_noise((7, 5), 80).convert("RGB"), list[bytes]()

    there = values.read(Image.Image, values.write(image, beside), beside)

    assert (there.size, there.tobytes()) == (image.size, image.tobytes())


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (int, "3"),
        (int, True),
        (str, None),
        (Colour, "blue"),
        (ImageType, "exe"),
        (Image.Image, [0, 10_000, 10_000]),
        (Image.Image, [5, 1, 1]),
        (bytes, 7),
        (Note, {"words": []}),
        (tuple[int, str], [1]),
        (list[int], 3),
        (datetime, "yesterday"),
        (object, {}),
    ],
)
def test_what_is_not_of_the_type_is_refused(kind: Any, told: object) -> None:
    with pytest.raises(values.BadValue):
        values.read(kind, told, [b"abc"])


def test_only_what_can_be_read_again_is_written() -> None:
    with pytest.raises(values.BadValue):
        values.write(object(), [])


def test_a_message_goes_through_a_pipe_whole() -> None:
    pipe = BytesIO()

    frames.send(pipe, {"a": "ü"}, [b"x" * 10, b""])
    pipe.seek(0)

    assert frames.receive(pipe.read, most=10) == ({"a": "ü"}, [b"x" * 10, b""])


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x03abc",
        b"\x00\x00\x00\x09[1, [11]]",
        b"\x00\x00\x00\x09[1, [-1]]",
        b"\x00\x00\x00\x01[",
        b"\x00\x00\x00\x023 ",
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(frames.BadFrame):
        frames.receive(BytesIO(message).read, most=10)
