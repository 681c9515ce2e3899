from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_TWO_TYPOS = 8
MOST = 50  # more than one person needs: the words of all are in one list, and those of others are passed over


def typos_allowed(word: str) -> int:
    """Return how many letters may be wrong, missing, too many or swapped: none in short words, at most two."""
    if len(word) < _SHORTEST or not word.isalpha():
        return 0
    return 2 if len(word) >= _TWO_TYPOS else 1


def corrections(word: str, frequencies: Mapping[str, int]) -> list[str]:
    """Return the words of these that are meant where this one has a typo: the nearest first, then the most frequent.

    The distance is that of optimal string alignment (Levenshtein's with swapped neighbours as one).
    """
    found = process.extract(word, frequencies.keys(), scorer=OSA.distance, score_cutoff=typos_allowed(word), limit=None)
    near = [(distance, -frequencies[other], other) for other, distance, _ in found if distance]
    return [other for _, _, other in sorted(near)[:MOST]]
