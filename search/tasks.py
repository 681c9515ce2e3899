"""What workers do for searches, as jobs and between jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.duties import duty
from search.facts.changes import FactChange
from search.index.healing import heal_index
from search.ranking.pictures import forget_expired
from search.upkeep.caretaking import heal_large_indexes, look_after_index

__all__ = ["forget_pictures", "heal_index", "heal_large_indexes", "look_after_index"]


@duty(every=timedelta(minutes=1))
def forget_pictures(now: datetime) -> None:
    forget_expired(now)


@duty(every=timedelta(hours=1))
def forget_old_changes(_: datetime) -> None:
    FactChange.prune()
