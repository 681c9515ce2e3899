"""The log of changed facts, as a process reads it that keeps what it has computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.apps import apps
from django.db import connection

from search.facts.changes import FactChange
from search.facts.sources import Source, watched
from search.facts.watching import PREFIX, triggers

# More changed photos than this are not looked at one by one.
MOST_CHANGED = 20_000

_POSITION = f"""
SELECT (SELECT uuid FROM search_library WHERE id = 1),
       coalesce((SELECT min(id) FROM {FactChange._meta.db_table}), 0),
       coalesce((SELECT max(id) FROM {FactChange._meta.db_table}), 0),
       (SELECT group_concat(sql, ';') FROM (
           SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB '{PREFIX}*' ORDER BY name))
"""


@dataclass(frozen=True)
class Position:
    """How far the log of a library reaches. What was computed after one was read has everything up to it."""

    library: str
    oldest: int
    newest: int

    def follows(self, before: Position) -> bool:
        """Tell whether all that happened since then is in the log still."""
        return self.library == before.library and self.oldest - 1 <= before.newest <= self.newest


def position() -> Position | None:
    """Return how far the log reaches; None where nothing may be kept, for nobody logs what becomes of it.

    So it is in another database than SQLite, with triggers that are not those of this version, and in the midst of a
    transaction: what that has written may come to nothing.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_POSITION)
        library, oldest, newest, written = cursor.fetchone()
    if library is None:
        apps.get_model("search.Library").objects.get_or_create(pk=1)  # its module knows the language, which asks here
        return None
    return Position(library, oldest, newest) if written == _wanted(frozenset(watched())) else None


@lru_cache(maxsize=2)
def _wanted(sources: frozenset[Source]) -> str:
    statements = triggers(sources)
    return ";".join(statements[name] for name in sorted(statements))


def changed(before: Position, now: Position) -> np.ndarray | None:
    """Return the photos with other facts since then, int64 and ascending; None where they are too many to tell."""
    if not now.follows(before):
        return None
    if now.newest == before.newest:
        return np.empty(0, np.int64)
    news = FactChange.objects.filter(pk__gt=before.newest, pk__lte=now.newest)
    ids = np.fromiter(news.values_list("photo_id", flat=True).distinct()[: MOST_CHANGED + 1], dtype=np.int64)
    return None if len(ids) > MOST_CHANGED or FactChange.EVERY in ids else np.sort(ids)
