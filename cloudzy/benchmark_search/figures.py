from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Times:
    """How long a kind of query took, in milliseconds of the server, without network.

    `cpu_ms` is the median of what it took of the processor, which other work on the machine does not stretch.
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float

    @classmethod
    def of(cls, took: Sequence[Sequence[float]]) -> Times:
        """Sum up searches, each its milliseconds by the clock and of the processor."""
        clock, processor = np.array(took, dtype=np.float64).T
        figures = [*np.percentile(clock, (50, 95, 99)), np.median(processor)]
        return cls(*(round(float(value), 2) for value in figures))


@dataclass(frozen=True)
class SearchFigures:
    """What the benchmark found out about a library of this size; MiB, seconds, milliseconds and shares of 1."""

    photos: int
    engine: str
    workers: int
    build_s: float
    build_peak_mb: float
    index_mb: float
    open_s: float  # of a verified index, in a new process
    vector_p50_ms: float
    vector_p95_ms: float
    recall_at_10: float
    filtered_recall: Mapping[str, float]  # by the share of photos that the filter leaves
    search_p50_ms: float  # GET /search?mode=hybrid, the whole answer
    search_p95_ms: float
    facets_p50_ms: float
    facets_p95_ms: float
    private_mb_per_process: float | None  # added between opening the index and 1,000 searches; None if nobody tells
    shared_mb_per_process: float | None
    visible_s: float  # from a commit in one process to the end of the search in another that finds it
    searches_until_visible: int
    slower_during_build: float  # the median of searches beside a build over that of searches alone
    kinds: Mapping[str, Times]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def table(self) -> list[str]:
        """Return the figures line by line, for a terminal."""
        plain = {name: value for name, value in self.as_dict().items() if not isinstance(value, dict)}
        plain |= {f"recall_at_10 filtered to {share}": value for share, value in self.filtered_recall.items()}
        width = max(map(len, [*plain, *self.kinds]))
        head = [f"{name:<{width}}  {_shown(value):>10}" for name, value in plain.items()]
        columns = [f"\n{'kind of query':<{width}}  {'p50 ms':>10} {'p95 ms':>10} {'p99 ms':>10} {'CPU ms':>10}"]
        rows = [
            f"{name:<{width}}  {times.p50_ms:>10} {times.p95_ms:>10} {times.p99_ms:>10} {times.cpu_ms:>10}"
            for name, times in self.kinds.items()
        ]
        return [*head, *columns, *rows]


def _shown(value: object) -> str:
    return "unknown" if value is None else str(value)
