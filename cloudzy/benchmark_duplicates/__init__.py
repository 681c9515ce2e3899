"""How well duplicates are found in a library of which all of them are known, and how long that and merging takes."""

from __future__ import annotations

from cloudzy.benchmark_duplicates.figures import DuplicateFigures, KindFigures
from cloudzy.benchmark_duplicates.measuring import measure_duplicates

__all__ = ["DuplicateFigures", "KindFigures", "measure_duplicates"]
