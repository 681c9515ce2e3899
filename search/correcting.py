"""Typos in the words of a query, mended by what is written on the photos it asks for."""

from __future__ import annotations

import numpy as np

from search.fulltext import Term, text_index
from search.fulltext.base import POOL
from search.wishes import Wish


def corrected(wish: Wish) -> str:
    """Return its text with each word that is written nowhere replaced by the nearest one that is; "" if none is so.

    Only what is written on photos of the wish counts: the words of other people are nobody's business.
    """
    if wish.named is None:
        return ""
    words = wish.named.words
    mended = [_mended(term, wish) for term in wish.named.terms]
    return " ".join(mended) if tuple(mended) != words else ""


def _mended(term: Term, wish: Wish) -> str:
    is_known = len(term.tags) > 1  # it is the name of something, also where no photo shows it
    if is_known or _is_written(term, wish):
        return term.text
    better = (word for word in text_index().suggestions(term.text) if _is_written(Term(word), wish))
    return next(better, term.text)


def _is_written(term: Term, wish: Wish) -> bool:
    found = text_index().candidates([term], POOL, wish.scope.ids).ids
    return bool(len(wish.scope.among(np.sort(found))))
