"""Readers find the text in a picture: what it says, how sure they are, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

MAX_SIDE = 1280  # pixels on the longer side that a reader looks at
MAX_LINES = 500
MIN_CONFIDENCE = 0.5

Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]


class ReaderUnavailable(Exception):  # noqa: N818 - a state that passes, named like EncoderUnavailable
    """Text cannot be read just now; the message says what to do."""


@dataclass(frozen=True)
class Line:
    """A line of text and its corners from the upper left on clockwise, as fractions of width and height.

    The text is what the picture says: a stranger's, neither cleaned nor bounded.
    """

    text: str
    confidence: float
    box: Box

    @property
    def left(self) -> float:
        return min(x for x, _ in self.box)

    @property
    def top(self) -> float:
        return min(y for _, y in self.box)

    @property
    def bottom(self) -> float:
        return max(y for _, y in self.box)


class TextReader(Protocol):
    """Raise ReaderUnavailable, from any method, where no picture can be read."""

    name: str

    def read(self, image: Image.Image) -> list[Line]:
        """Return the lines in an upright sRGB image in the order they are read, at most MAX_LINES, none unsure."""
        ...


def in_reading_order(lines: Iterable[Line]) -> list[Line]:
    """Sort lines from top to bottom, and from left to right where they stand in one row.

    A line belongs to the row above it where its middle is higher than that row's first line reaches down.
    """
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom, line.left)):
        if rows and (line.top + line.bottom) / 2 < rows[-1][0].bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]
