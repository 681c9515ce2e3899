"""How many photos a saved search finds, and how many of them are new: remembered, so that a page costs few searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rest_framework.exceptions import APIException

from search.ranking.answers import strong_ids
from search.ranking.modes import Mode
from search.remembered import Memory
from search.saved.searches import SavedSearch

MOST_NEW = 1_000


@dataclass(frozen=True)
class Count:
    """Strong matches of a saved search, and those above the last number that was looked through, MOST_NEW at most."""

    total: int
    new: int


@dataclass(frozen=True)
class _Answers:
    """What is remembered of the matches: how many there are, and the newest of them, descending."""

    total: int
    newest: tuple[int, ...]


def count_of(search: SavedSearch, memory: Memory | None = None) -> Count | None:
    """Return the count of one search, None where its query cannot be answered any more."""
    return _count(search, (memory or Memory()).ask(lambda: _answers(search), *_question(search)))


def known_counts(searches: Sequence[SavedSearch], memory: Memory) -> dict[int, Count | None]:
    """Return by id the counts that are remembered: nothing is searched for."""
    found: dict[int, Count | None] = {}
    for search in searches:
        try:
            found[search.pk] = _count(search, memory.recall(*_question(search)))
        except LookupError:
            continue
    return found


def matches_of(search: SavedSearch) -> np.ndarray:
    """Return the ids of the photos that match strongly, int64 and ascending; raises what a search does."""
    return strong_ids(search.query, search.owner, Mode(search.mode))


def _answers(search: SavedSearch) -> _Answers | None:
    try:
        matches = matches_of(search)
    except APIException:  # an operator that is no more, a photo that is gone
        return None
    return _Answers(len(matches), tuple(matches[: -MOST_NEW - 1 : -1].tolist()))


def _question(search: SavedSearch) -> tuple[object, ...]:
    return ("matches", search.owner_id, search.query, search.mode)


def _count(search: SavedSearch, answers: _Answers | None) -> Count | None:
    if answers is None:
        return None
    return Count(answers.total, sum(pk > search.seen_up_to for pk in answers.newest))
