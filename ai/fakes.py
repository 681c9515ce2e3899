from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
from PIL import Image

from ai.captioners.base import CaptionerUnavailable, Described
from ai.ocr.base import Box, Line
from ai.texts import Lexicon
from ai.vectors import unit_rows
from ai.vocabulary import TagScore, Vocabulary, Word

DIMENSION = 32

PALETTE = {
    "red": (220, 20, 20),
    "green": (20, 150, 40),
    "blue": (20, 40, 220),
    "yellow": (250, 230, 20),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "orange": (255, 140, 0),
    "purple": (130, 20, 150),
    "pink": (255, 150, 190),
    "brown": (120, 70, 30),
    "gray": (128, 128, 128),
    "cyan": (0, 220, 220),
}
_SYNONYMS = {"gray": ("grey",), "purple": ("violet",), "cyan": ("turquoise",)}
_GRID = (4, 5)  # with one axis per colour this fills the dimension
_GRID_WEIGHT = 0.1


class FakeEncoder:
    """A deterministic double that sees colours and nothing else: fast, needs no files, and searches like a real one.

    The first axes are the share of each colour of PALETTE, the rest a faint grid of brightness, so that two pictures
    of the same colours in another order are near each other and yet not the same.
    """

    name = "fake"
    dimension = DIMENSION

    def __init__(self, revision: str = "1") -> None:
        self.revision = revision
        self.vocabulary = _vocabulary()
        self._lexicon = Lexicon(self.vocabulary)

    def with_vocabulary(self, vocabulary: Vocabulary | None) -> Self:
        taught = copy.copy(self)
        taught.vocabulary = vocabulary or _vocabulary()
        taught._lexicon = Lexicon(taught.vocabulary)
        return taught

    def warm_up(self) -> None:
        """Do nothing: there is nothing to open."""

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        rows = [np.concatenate([_colour_shares(image), _brightness(image)]) for image in images]
        return unit_rows(np.array(rows).reshape(-1, DIMENSION), DIMENSION)

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        return [self._lexicon.vector(text) for text in texts]

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        return self.vocabulary.tag(vectors)


class FakeReader:
    """A deterministic double for which a full-width band of colour is a line that names it; white is paper.

    `says` is what it reads instead, line under line; an `error` is what it raises.
    """

    name = "fake reader"

    def __init__(self, says: Sequence[str] = (), error: Exception | None = None) -> None:
        self.says = says
        self.error = error

    def read(self, image: Image.Image) -> list[Line]:
        if self.error is not None:
            raise self.error
        if self.says:
            return [Line(text, 0.9, _band(row, row + 1, len(self.says))) for row, text in enumerate(self.says)]
        rows = np.asarray(image.resize((1, image.height), Image.Resampling.BOX), dtype=np.float32)[:, 0]
        names = [list(PALETTE)[place] for place in _nearest_colours(rows)]
        starts = [row for row in range(len(names)) if row == 0 or names[row] != names[row - 1]]
        bands = zip(starts, [*starts[1:], len(names)], strict=True)
        return [
            Line(f"a band of {names[start]}", 0.9, _band(start, end, len(names)))
            for start, end in bands
            if names[start] != "white"
        ]


def _band(start: int, end: int, count: int) -> Box:
    top, bottom = start / count, end / count
    return (0.0, top), (1.0, top), (1.0, bottom), (0.0, bottom)


class FakeCaptioner:
    """A deterministic double that says which colour fills most of a picture.

    An `error` is what it raises instead; `away` is why it is known beforehand that it cannot be asked.
    """

    def __init__(self, name: str = "fake captioner", error: Exception | None = None) -> None:
        self.name = name
        self.error = error
        self.away = ""
        self.asked = 0

    def check(self) -> None:
        if self.away:
            raise CaptionerUnavailable(self.away)

    def describe(self, image: Image.Image) -> Described:
        self.asked += 1
        if self.error is not None:
            raise self.error
        colour = list(PALETTE)[int(_colour_shares(image).argmax())]
        description = f"The picture is {image.width} pixels wide and {image.height} high."
        return Described.from_untrusted(f"Mostly {colour}.", description, [colour, f"{colour} surface"])


def _vocabulary() -> Vocabulary:
    words = tuple(
        Word(colour, leaves=(axis,), synonyms=_SYNONYMS.get(colour, ()), threshold=0.2)
        for axis, colour in enumerate(PALETTE)
    )
    return Vocabulary(words, leaves=np.eye(len(PALETTE), DIMENSION, dtype=np.float32), temperature=20.0)


def _colour_shares(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image.resize((16, 16), Image.Resampling.BOX), dtype=np.float32).reshape(-1, 3)
    return np.bincount(_nearest_colours(pixels), minlength=len(PALETTE)) / len(pixels)


def _nearest_colours(pixels: np.ndarray) -> np.ndarray:
    """Return for pixels, shape (n, 3), the places of the colours of PALETTE they are nearest to, shape (n,)."""
    distances = ((pixels[:, None] - np.array(list(PALETTE.values()))) ** 2).sum(axis=2)
    return np.asarray(distances.argmin(axis=1))


def _brightness(image: Image.Image) -> np.ndarray:
    grid = np.asarray(image.resize(_GRID, Image.Resampling.BOX).convert("L"), dtype=np.float32).ravel() / 255
    return (grid - grid.mean()) * _GRID_WEIGHT
