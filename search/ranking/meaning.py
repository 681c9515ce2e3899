"""Texts and photos as vectors of the space the library is searched in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Self

import numpy as np
from django.utils import timezone

from accounts.models import User
from ai.encoders.base import BadVector, Encoder, EncoderUnavailable
from ai.vectors import unit_rows
from photos.encoding import current_encoder
from search.index.spaces import Space, current_space, space_of
from search.language import Part, Similar, Words
from search.once import once
from search.ranking.background import Background, background_of
from search.ranking.examples import looks_of


@dataclass(frozen=True, eq=False)
class Meaning:
    """An encoder and its space, asked for once: the model may be changed between two looks.

    Without the encoder photos can be compared all the same, as long as their space is known.
    """

    user: User
    encoder: Encoder | None
    space: Space | None
    problem: str = ""  # why texts have no meaning here, in words for a person
    moment: datetime = field(default_factory=timezone.now)  # pictures that were shown are kept for a while only

    @classmethod
    def now(cls, user: User) -> Self:
        try:
            encoder = current_encoder()
            return cls(user, encoder, space_of(encoder))
        except EncoderUnavailable as exc:
            problem = f"Search by meaning is not possible now. {exc}"
        try:
            return cls(user, None, current_space(), problem)
        except EncoderUnavailable:
            return cls(user, None, None, problem)

    @cached_property
    def background(self) -> Background | None:
        """What cosines are like among the user's photos, None where no space is known."""
        vocabulary = self.encoder.vocabulary if self.encoder else None
        return background_of(self.space, self.user, vocabulary) if self.space else None

    def of_text(self, text: str) -> np.ndarray | None:
        """Return the direction of a text, None for one the encoder knows nothing of."""
        encoder = self.encoder
        return once(("text", text), lambda: encoder.embed_texts([text])[0]) if encoder and text else None

    def of_examples(self, similar: Similar) -> np.ndarray | None:
        """Return the mean of what the examples look like, None where no space is known; raises as looks_of."""
        space = self.space
        if space is None:
            return None
        return once(("looks", similar), lambda: self._mean_of(similar, space))

    def _mean_of(self, similar: Similar, space: Space) -> np.ndarray:
        mean: np.ndarray = np.mean(looks_of(similar.examples, self.user, self.moment, space, self.encoder), axis=0)
        return mean

    def of_parts(self, parts: Sequence[Part]) -> np.ndarray | None:
        """Return the direction of a weighted sum; what the encoder knows nothing of adds nothing to it."""
        vectors = [(part.weight, self._of_part(part.of)) for part in parts]
        return _direction([weight * vector for weight, vector in vectors if vector is not None])

    def of_all(self, text: str, sums: Sequence[Sequence[Part]]) -> np.ndarray | None:
        """Return the direction between a text and sums, each of the same weight."""
        if not sums:
            return self.of_text(text)
        vectors = [self.of_text(text), *map(self.of_parts, sums)]
        return _direction([vector for vector in vectors if vector is not None])

    def _of_part(self, part: Words | Similar) -> np.ndarray | None:
        return self.of_examples(part) if isinstance(part, Similar) else self.of_text(part.text)


def _direction(vectors: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return the unit vector of the sum, None where it points nowhere: what is taken away was all there was."""
    if not vectors:
        return None
    try:
        direction: np.ndarray = unit_rows(np.sum(vectors, axis=0, keepdims=True), len(vectors[0]))[0]
    except BadVector:
        return None
    return direction
