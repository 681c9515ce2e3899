"""What photos can be counted by: their tags, years, cameras and what other parts of the project register."""

from __future__ import annotations

import search.facets.known  # noqa: F401  (registers the facets)
from search.facets.base import Entry, Facet, facets, register

__all__ = ["Entry", "Facet", "facets", "register"]
