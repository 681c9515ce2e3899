"""A library drawn at random in the space of a model like CLIP, where it is known which photo fits which text.

Pictures lie in one narrow cone and texts in another. Some texts are nearer to all pictures than others are. A picture
shows one to three things; things come in families, whose members look a little alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ai.vocabulary import Vocabulary, Word
from search.ranking.background import Background
from search.ranking.sampling import SIZE, Sample

DIMENSION = 192
WORDS = 240  # that the vocabulary knows
THINGS = 320  # that there are
_FAMILIES = 24
_TEMPERATURE = 100.0


def _unit(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return unit


@dataclass(frozen=True, eq=False)
class DrawnLibrary:
    """`vectors` (n, d) of photos, `shown` (n, THINGS) what is on them, `texts` (THINGS, d) what they are called."""

    vectors: np.ndarray
    shown: np.ndarray
    texts: np.ndarray
    nonsense: np.ndarray
    background: Background


def draw_library(photos: int, seed: int, present: int = 60, commonest: float = 0.0) -> DrawnLibrary:
    """Draw so many photos of so many things; `commonest` is the share of photos that show one of them besides."""
    chance = np.random.default_rng(seed)
    families = _unit(chance.standard_normal((_FAMILIES, DIMENSION)))
    own = _unit(chance.standard_normal((THINGS, DIMENSION)))
    things = _unit(0.5 * families[chance.integers(0, _FAMILIES, THINGS)] + 0.85 * own)
    cones = _unit(chance.standard_normal((2, DIMENSION)))
    shown = np.zeros((photos, THINGS), bool)
    there = chance.choice(THINGS, present, replace=False)
    weights = 1 / np.arange(1, present + 1)
    for row in shown:
        row[chance.choice(there, chance.integers(1, 4), replace=False, p=weights / weights.sum())] = True
    shown[:, there[0]] |= chance.random(photos) < commonest
    seen = _unit((shown * chance.uniform(0.7, 1.0, shown.shape)) @ things)
    noise = _unit(chance.standard_normal((photos, DIMENSION)))
    vectors = _unit(0.7 * cones[0] + 0.5 * seen + 0.4 * noise)

    def called(directions: np.ndarray) -> np.ndarray:
        count = len(directions)
        towards_pictures = chance.normal(0.25, 0.03, (count, 1)) * cones[0]
        return _unit(
            0.75 * cones[1]
            + towards_pictures
            + 0.5 * directions
            + 0.2 * _unit(chance.standard_normal((count, DIMENSION)))
        )

    words = tuple(Word(f"thing {number}", (number,)) for number in range(WORDS))
    vocabulary = Vocabulary(words, called(things[:WORDS]), _TEMPERATURE)
    ids = np.arange(1, min(photos, SIZE) + 1)
    sample = Sample(ids, vectors[: len(ids)], photos, np.uint64(0))
    nonsense = called(_unit(chance.standard_normal((40, DIMENSION))))
    return DrawnLibrary(vectors, shown, called(things), nonsense, Background(sample, vocabulary))
