from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class KindFigures:
    """Pairs of one kind that were planted, those of them that were found as such, and groups nobody planted."""

    planted: int
    found: int
    wrong: int


@dataclass(frozen=True)
class DuplicateFigures:
    """Seconds by the clock, and of the processor where it says so."""

    photos: int
    kinds: dict[str, KindFigures]
    look_alikes: int  # pairs that are no duplicates though nearly
    look_alikes_found: int  # of them, by any kind
    fingerprint_ms: float  # of one picture as it is decoded for renditions
    compare_s: float  # all vectors with one another
    compare_cpu_s: float
    scan_s: float  # groups of all kinds, the first time
    scan_cpu_s: float
    one_more_s: float  # the same once a photo has come
    page_ms: float  # ten groups with what differs and what would move
    merged_per_s: float
    merge_cpu_ms: float  # of one group
    undone_per_s: float
    undo_cpu_ms: float
    left_after_undo: int  # photos that are not as they were before the merge
    peak_mb: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
