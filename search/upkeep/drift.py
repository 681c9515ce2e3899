from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.engines import Told, untold
from search.index.live import State
from search.index.rebuild import rows_of
from search.index.spaces import Space
from search.models import IndexChange, Library


@dataclass(frozen=True)
class Drift:
    """Where an index and the rows disagree, by ids of photos."""

    missing: list[int]
    extra: list[int]
    changed: list[int]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.changed)

    def __str__(self) -> str:
        return f"{len(self.missing)} missing, {len(self.extra)} too many, {len(self.changed)} with another vector"


def drift_of(state: State, space: Space, told: Told = untold) -> Drift:
    """Compare every vector of an index with the rows; what changes meanwhile is left out."""
    missing, changed, seen = [_NONE], [_NONE], [_NONE]
    for ids, vectors in rows_of(space, told).chunks("comparing"):
        have, differs = state.compared(ids, vectors)
        missing.append(np.setdiff1d(ids, have, assume_unique=True))
        changed.append(have[differs])
        seen.append(have)
    extra = np.setdiff1d(state.found_ids, np.concatenate(seen))
    _, newest = Library.position()
    moving = IndexChange.objects.photos_past(state.cursor, newest, space.model)
    found = np.concatenate(missing), extra, np.concatenate(changed)
    return Drift(*(np.setdiff1d(ids, moving).tolist() for ids in found))


_NONE = np.empty(0, np.int64)
