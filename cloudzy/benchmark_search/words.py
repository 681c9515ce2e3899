"""What the benchmark searches for: words that stand on a tenth, a hundredth and a thousandth of the photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.vocabulary import Word
from search.fulltext.forms import forms

SHARES = (0.001, 0.01, 0.1)
MOST = 200


@dataclass(frozen=True)
class Asked:
    """A word, on which share of the photos it is, and what a text encoder makes of it, shape (d,)."""

    word: str
    share: float
    vector: np.ndarray


def asked(encoder: Encoder) -> list[Asked]:
    """Return up to 200 words the encoder knows, a third of them for each share; always the same.

    No word is the beginning of another or a form of it, so that each is written only where it was put. Raise
    EncoderUnavailable where the encoder has no vocabulary.
    """
    if encoder.vocabulary is None:
        raise EncoderUnavailable(f"{encoder.name} has no vocabulary: there is nothing to search for.")
    words = _apart(encoder.vocabulary.words)[:MOST]
    vectors = encoder.embed_texts(words)
    known = [(word, vector) for word, vector in zip(words, vectors, strict=True) if vector is not None]
    return [Asked(word, SHARES[at % len(SHARES)], vector) for at, (word, vector) in enumerate(known)]


def _apart(words: Sequence[Word]) -> list[str]:
    """Return words for tags, and behind them words that only serve search: without those there would be too few."""
    chosen: list[str] = []
    for is_for_tags in (True, False):
        names = [word.word for word in words if (word.threshold is not None) is is_for_tags and _is_one(word.word)]
        known = len(chosen)
        for name in sorted(names, key=len):
            # Of "car" and "carpet" the shorter stays: as the beginning of a word it would be found in the longer too.
            if not any(
                name.startswith(tuple(forms(other))) or other.startswith(tuple(forms(name))) for other in chosen
            ):
                chosen.append(name)
        chosen[known:] = sorted(chosen[known:])
    return chosen


def _is_one(word: str) -> bool:
    return word.isascii() and word.isalpha()
