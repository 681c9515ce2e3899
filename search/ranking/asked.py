from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.fulltext import Term
from search.index.spaces import Space
from search.language import Node
from search.ranking.relevance import Split


@dataclass(frozen=True, eq=False)
class Asked:
    """What one alternative of a query asks for, as far as its results tell of it: enough to show them later."""

    terms: tuple[Term, ...]
    tags: frozenset[str]  # that its words name
    conditions: tuple[Node, ...]  # facts that hold of all it finds
    vector: np.ndarray | None
    space: Space | None
    split: Split

    @property
    def text(self) -> str:
        return " ".join(term.text for term in self.terms)
