"""The ways to find the nearest vectors, by the name a snapshot's manifest and `rebuild_index --engine` know."""

from __future__ import annotations

from search.engines.base import Engine, Searched
from search.engines.exact import ExactEngine
from search.engines.flat import FlatEngine
from search.engines.pq import PqEngine
from search.engines.rows import Rows, Step, Told, untold

ENGINES: dict[str, type[Engine]] = {engine.kind: engine for engine in (FlatEngine, PqEngine, ExactEngine)}

# Up to so many vectors of 512 numbers are compared one and all in 3 ms.
FLAT_UP_TO = 20_000

__all__ = [
    "ENGINES",
    "FLAT_UP_TO",
    "Engine",
    "ExactEngine",
    "FlatEngine",
    "PqEngine",
    "Rows",
    "Searched",
    "Step",
    "Told",
    "fitting",
    "untold",
]


def fitting(count: int) -> str:
    """Return the name of the engine that suits so many vectors."""
    return FlatEngine.kind if count <= FLAT_UP_TO else PqEngine.kind
