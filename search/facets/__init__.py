"""What photos can be counted by: their tags, years, cameras, places and what other parts of the project register."""

from __future__ import annotations

import search.facets.known
import search.facets.whereabouts  # noqa: F401  (both register their facets)
from search.facets.base import Entry, Facet, facets, register

__all__ = ["Entry", "Facet", "facets", "register"]
