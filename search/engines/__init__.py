"""The ways to find the nearest vectors, by the name a snapshot's manifest and `rebuild_index --engine` know."""

from __future__ import annotations

from search.engines.base import Engine
from search.engines.exact import ExactEngine
from search.engines.flat import FlatEngine

DEFAULT = FlatEngine.kind
ENGINES: dict[str, type[Engine]] = {FlatEngine.kind: FlatEngine, ExactEngine.kind: ExactEngine}
