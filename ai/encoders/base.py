from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
from PIL import Image

from ai.vectors import BadVector
from ai.vocabulary import TagScore, Vocabulary

__all__ = ["BadVector", "Encoder", "EncoderUnavailable", "TagScore", "Vocabulary", "model_key"]


class EncoderUnavailable(Exception):  # noqa: N818 - a state of the machine, named as it is told
    """The encoder cannot be used; the message says what is wrong and what to do about it."""


class Encoder(Protocol):
    """Pictures and texts in one space of unit vectors, where a smaller angle is a closer meaning.

    An encoder may be used by many threads at once, and before a fork as long as no picture was embedded.
    """

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words it tags with, or None where it has none of its own."""

    def warm_up(self) -> None:
        """Open whatever embed_images needs, or raise EncoderUnavailable; free when it is open already."""

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        """Return (n, dimension) float32 unit rows for upright sRGB images of mode RGB.

        Raise EncoderUnavailable where the model cannot be opened, BadVector where it answers with no usable vector.
        """

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        """Return for each text its (dimension,) float32 unit vector, or None for one it knows nothing of."""

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        """Return for each row of stored vectors at most twelve tags, surest first; raise BadVector for bad rows.

        Without a vocabulary there are none.
        """

    def with_vocabulary(self, vocabulary: Vocabulary | None) -> Self:
        """Return the same encoder, with the same open graphs, that tags and reads texts with these words.

        With None it is left to what it knows of itself. The vectors of pictures do not change.
        """


def model_key(encoder: Encoder) -> str:
    """Return the name of the space its vectors live in: vectors under two keys must never be compared."""
    return f"{encoder.name}@{encoder.revision}-{encoder.dimension}d"
