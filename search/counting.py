"""How many photos a saved search finds, and how many of them are new: remembered, so that a page costs few searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rest_framework.exceptions import APIException

from accounts.models import User
from search.answers import strong_ids as every_answer
from search.hybrid import rank
from search.modes import Mode
from search.relevance import Relevance
from search.remembered import Memory
from search.saved import SavedSearch

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Count:
    """Strong matches of a saved search, and those of them above the last number that was looked through."""

    total: int
    new: int


def count_of(search: SavedSearch, memory: Memory | None = None) -> Count | None:
    """Return the count of one search, None where its query cannot be answered any more."""
    answers = (memory or Memory()).ask(lambda: answers_of(search), *_question(search))
    return _count(search, answers)


def known_counts(searches: Sequence[SavedSearch], memory: Memory) -> dict[int, Count | None]:
    """Return by id the counts that are remembered: nothing is searched for."""
    found: dict[int, Count | None] = {}
    for search in searches:
        try:
            found[search.pk] = _count(search, memory.recall(*_question(search)))
        except LookupError:
            continue
    return found


def answers_of(search: SavedSearch) -> list[int] | None:
    """Return the ids of the photos that match strongly, descending; None where the query has no answer."""
    try:
        answers: list[int] = every_answer(search.query, search.owner, Mode(search.mode))[::-1].tolist()
    except APIException:  # an operator that is no more, a photo that is gone
        return None
    return answers


def strong_ids(text: str, user: User, mode: Mode, limit: int = MOST_COUNTED) -> list[int]:
    """Return the photos that answer a query strongly, the best so many at most: descending ids. Raises BadQuery."""
    found = rank(text, user, limit, mode).results
    return sorted((ranked.photo_id for ranked, _ in found if ranked.relevance is Relevance.STRONG), reverse=True)


def _question(search: SavedSearch) -> tuple[object, ...]:
    return ("strong", search.owner_id, search.query, search.mode)


def _count(search: SavedSearch, answers: list[int] | None) -> Count | None:
    if answers is None:
        return None
    return Count(len(answers), sum(pk > search.seen_up_to for pk in answers))
