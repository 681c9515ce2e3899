"""A stand-in that looks at file names instead of pictures: for demonstrations and load tests, and it says so."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Self

import numpy as np
from PIL import Image

from ai.encoders.base import Encoder
from ai.tokens import tokens
from ai.vectors import unit_rows
from ai.vocabulary import TagScore, Vocabulary

DIMENSION = 512
NOTICE = "CLOUDZY_ENCODER is 'placeholder': tags, captions and vectors come from file names, not from the pictures."

_WORDS_OF_THE_NAME = 2
_COMMON_WORDS = 3
_COMMON = (
    "photo", "image", "landscape", "portrait", "nature", "architecture", "people", "animal", "food", "object",
    "abstract", "text", "sunset", "mountain", "beach", "forest", "urban", "indoor", "outdoor",
)  # fmt: skip
_TEMPLATES = (
    "A beautiful {} photograph",
    "Captured moment: {}",
    "Scenic view of {}",
    "Amazing {} scene",
    "Photography: {} collection",
)
# How much of a vector is its name's alone, so that two photos with the same words in their names differ.
_OWN_SHARE = 0.3


class PlaceholderEncoder:
    """Two words of the file name and three common ones, chosen by the name, for tags; a vector made of these words.

    Whatever it says follows from the name by SHA-256 and SHAKE-256, and so is the same in every process and on every
    machine. A text lies near the pictures whose tags it names.
    """

    name = "placeholder"
    revision = "1"
    dimension = DIMENSION
    vocabulary = None

    def __init__(self) -> None:
        self._file_name: str | None = None

    def named(self, file_name: str) -> Self:
        """Return the encoder that takes every picture for the one of this name."""
        bound = copy.copy(self)
        bound._file_name = file_name
        return bound

    def warm_up(self) -> None:
        """Do nothing: there is nothing to open."""

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        rows = [np.empty((0, DIMENSION), np.float32), *(self._vector(image)[None] for image in images)]
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        return [_sum(map(_direction, words)) if (words := tokens(text)) else None for text in texts]

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        rows = unit_rows(vectors, DIMENSION)
        scores = [TagScore(word, 1 - place / 10) for place, word in enumerate(self._words())]
        return [list(scores) for _ in rows]

    def with_vocabulary(self, _: Vocabulary | None) -> Self:
        """Return itself: its words are those of the file names."""
        return self

    def caption(self, words: Sequence[str]) -> str:
        """Return the published caption for the surest of `words`."""
        template = _TEMPLATES[_number(self._file_name or "") % len(_TEMPLATES)]
        return f"{template.format(words[0] if words else 'image')} (placeholder)"

    def _words(self) -> list[str]:
        if self._file_name is None:
            return []
        own = list(dict.fromkeys(tokens(PurePath(self._file_name).stem)))[:_WORDS_OF_THE_NAME]
        others = [word for word in _COMMON if word not in own]
        return own + sorted(others, key=lambda word: _number(f"{self._file_name}/{word}"))[:_COMMON_WORDS]

    def _vector(self, image: Image.Image) -> np.ndarray:
        """A picture without a name goes by its pixels."""
        own = self._file_name or hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()
        words = map(_direction, self._words())
        return _sum([*words, _OWN_SHARE * _direction(f"file name {own}")])


def told_the_name(encoder: Encoder, file_name: str) -> Encoder:
    """Return the encoder to use for the picture of this name: only the placeholder cares for it."""
    return encoder.named(file_name) if isinstance(encoder, PlaceholderEncoder) else encoder


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest())


def _direction(text: str) -> np.ndarray:
    """Return a (DIMENSION,) unit vector of `text` alone, without a generator that another version would change."""
    digest = hashlib.shake_256(text.encode(errors="replace")).digest(4 * DIMENSION)
    numbers = np.frombuffer(digest, dtype="<u4").astype(np.float64) / 2**31 - 1
    return unit_rows(numbers[None], DIMENSION)[0]


def _sum(directions: Iterable[np.ndarray]) -> np.ndarray:
    return unit_rows(np.sum([*directions], axis=0, keepdims=True), DIMENSION)[0]
