"""Rankings kept while somebody turns their pages: in a table all processes share, for a quarter of an hour."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

from django.core.cache import cache, caches

from accounts.models import User
from photos.models.queryset import PhotoQuerySet
from search.errors import CursorExpired, ListNotKept
from search.filters import holding
from search.fulltext import Term
from search.index.spaces import Space
from search.ranking.asked import Asked
from search.ranking.hits import Result
from search.ranking.modes import Mode
from search.ranking.rankings import Ranked
from search.ranking.relevance import Relevance, Split
from search.ranking.wishes import Wish

LONGEST = 1_000
# Of one person in one process: another pushes out their own oldest, and nobody else's.
MOST_EACH = 20
CACHE = "searches"  # its name in the settings, which say for how long, how many and where
_TOKEN_BYTES = 24
_WRITTEN = re.compile(r"[\w-]{32}", re.ASCII)  # as tokens are


@dataclass(frozen=True, eq=False)
class Ranking:
    """What answers a query, best first: all that is told of it, the photos apart."""

    text: str
    mode: Mode
    with_archive: bool
    asked: Sequence[Asked]
    results: Sequence[Result]
    corrected: str
    understood: bool
    problem: str
    suggestions: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        text: str,
        mode: Mode,
        wishes: Sequence[Wish],
        corrected: Sequence[str],
        results: Sequence[Result] = (),
        suggestions: Sequence[str] = (),
    ) -> Self:
        """Return what is to be told of a search for these alternatives, "" in `corrected` where one needed nothing."""
        facts_alone = all(one.is_only_facts for one in wishes)
        return cls(
            text=text,
            mode=mode,
            with_archive=wishes[0].scope.with_archive,
            asked=[one.asked for one in wishes],
            results=results,
            corrected=" OR ".join(filter(None, corrected)),
            understood=all(one.vector is not None or one.is_only_facts for one in wishes),
            problem="" if facts_alone else wishes[0].meaning.problem,
            suggestions=suggestions,
        )

    def in_bands(self) -> Self:
        """Return the same with the strong results first, and of the weak ones those that anything speaks for."""
        strong = [result for result in self.results if result[0].relevance is Relevance.STRONG]
        weak = [result for result in self.results if result[0].relevance is Relevance.WEAK and result[0].is_likely]
        return replace(self, results=[*strong, *weak])

    @property
    def photo_ids(self) -> list[int]:
        return [ranked.photo_id for ranked, _ in self.results]

    def photos(self, user: User) -> PhotoQuerySet:
        """Return all photos that may be shown at this moment, whatever they have to do with the query."""
        return holding((), user, self.with_archive)


def keep(ranking: Ranking, user: User) -> str:
    """Keep a ranking for its user; return the token, which nobody guesses, that finds it. Raises ListNotKept."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    lists = caches[CACHE]
    if not lists.add(_key(token, user), ranking):
        raise ListNotKept
    own = [*cache.get(_key("", user), []), token]
    lists.delete_many([_key(each, user) for each in own[:-MOST_EACH]])
    cache.set(_key("", user), own[-MOST_EACH:], lists.default_timeout)
    return token


def kept(token: str, user: User) -> Ranking:
    """Return the ranking that was kept for this user; raises CursorExpired, for another user's as for one long gone."""
    ranking = caches[CACHE].get(_key(token, user)) if _WRITTEN.fullmatch(token) else None
    if not isinstance(ranking, Ranking):
        raise CursorExpired
    return ranking


def _key(token: str, user: User) -> str:
    return f"{_SHAPE}:{user.pk}:{token}"


def _shape() -> str:
    """Name what a list is made of: one that an earlier release has kept in another shape is not there for this one."""
    parts = (Ranking, Ranked, Asked, Term, Space, Split)
    names = [[part.__name__, *(field.name for field in fields(part))] for part in parts]
    return hashlib.sha256(repr(names).encode()).hexdigest()[:8]


_SHAPE = _shape()
