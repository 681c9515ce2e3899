from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

# Of Cormack, Clarke and Buettcher: keeps the first ranks of one list from outweighing what both lists agree on.
_DAMPING = 60


def fused(
    rankings: Sequence[tuple[float, Sequence[int]]], exact: Mapping[int, float] | None = None
) -> dict[int, float]:
    """Return the scores of ids by weighted reciprocal ranks: the sum of w / (60 + rank), more for exact matches.

    G. V. Cormack, C. L. A. Clarke, S. Buettcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank
    Learning Methods, SIGIR 2009. Ranks count from 1.
    """
    scores: dict[int, float] = defaultdict(float)
    for weight, ids in rankings:
        for rank, photo_id in enumerate(ids, start=1):
            scores[photo_id] += weight / (_DAMPING + rank)
    more = exact or {}
    return {photo_id: score + more.get(photo_id, 0.0) for photo_id, score in scores.items()}


def best_first(scores: Mapping[int, float]) -> list[int]:
    """Return the ids by descending score, equals by ascending id."""
    return sorted(scores, key=lambda photo_id: (-scores[photo_id], photo_id))
