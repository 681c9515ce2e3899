from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from search.engines.base import Candidates

# Of more photos than this only the newest are ranked: nobody reads further, and it bounds the time.
POOL = 20_000

# To hand an index more ids than this takes longer than to have it say what it has and to sort out what is allowed.
MOST_LISTED = 5_000


@dataclass(frozen=True)
class Term:
    """Something that is to be written on a photo: a word, or several in their order.

    An exact one stood in quotes: upper case and accents are forgiven, other endings, beginnings and typos are not.
    A tag that is one of `tags` says the same, in the library's own words.
    """

    text: str
    exact: bool = False
    tags: frozenset[str] = frozenset()


class TextIndex(Protocol):
    """What is written on photos, in their tags, text fields and pictures, kept in step by the database itself."""

    def candidates(self, terms: Sequence[Term], limit: int, allowed: np.ndarray | None = None) -> Candidates:
        """Return at most `limit` photos on which every term is written somewhere, best first, whoever they belong to.

        Only tags that show count. With `allowed`, int64 and ascending, only these photos. Scores are above zero and
        have a meaning within one answer only. Equals come by ascending id.
        """

    def every(self, terms: Sequence[Term]) -> np.ndarray:
        """Return the ids, int64 and ascending, of all photos on which every term is written, whoever they belong to."""

    def written(self, term: Term, among: np.ndarray) -> np.ndarray:
        """Return those of these ids, int64 and ascending, with the term in a text; beginnings and tags do not count."""

    def suggestions(self, word: str) -> list[str]:
        """Return words that are written somewhere and differ from this one by a typo, the most frequent first."""

    def drift(self) -> int:
        """Count the photos and tags about which the index is wrong."""

    def rebuild(self) -> None:
        """Make the index anew from the rows."""
