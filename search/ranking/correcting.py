"""Typos in the words of a query, mended by what is written on the photos one may see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from search.fulltext import Term, index_for, text_index
from search.once import once
from search.ranking.alternatives import Alternative
from search.ranking.scope import Scope
from search.ranking.wishes import Wish, wish


@dataclass(frozen=True, eq=False)
class Mended:
    """What to look for instead, and its words."""

    wish: Wish
    text: str


def mended(asked: Wish, alternative: Alternative) -> Mended | None:
    """Return the wish with each word that is written nowhere replaced by the nearest one that is; None if none is so.

    What else the query asks for decides nothing here: with another field, the same words are mended in the same way.
    """
    if asked.named is None or not (text := corrected(asked)):
        return None
    retried = wish(alternative.saying(text), asked.meaning, asked.scope.with_archive)
    if asked.direction:  # of a text it was taught no words of, an encoder makes what it can of a typo
        retried = replace(retried, direction=asked.direction)
    return Mended(retried, text)


def corrected(asked: Wish) -> str:
    """Return the text with words replaced, "" where none is written nowhere.

    Only what is written on photos the user sees counts: the words of other people are nobody's business.
    """
    if asked.named is None:
        return ""
    seen = Scope(asked.meaning.user, with_archive=asked.scope.with_archive)
    words = [_nearest(term, seen) for term in asked.named.terms]
    return " ".join(words) if tuple(words) != asked.named.words else ""


def _nearest(term: Term, seen: Scope) -> str:
    is_known = len(term.tags) > 1  # it is the name of something, also where no photo shows it
    if is_known or _is_written(term, seen):
        return term.text
    typos = once(("typos", term.text), lambda: text_index().suggestions(term.text))
    better = (word for word in typos if _is_written(Term(word), seen))
    return next(better, term.text)


def _is_written(term: Term, seen: Scope) -> bool:
    question = "written", term, seen.with_archive
    return once(question, lambda: bool(len(seen.among(index_for([term]).every([term])))))
