"""What workers look after between jobs: short work that comes round for ever and as a rule finds nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.models import LEASE, Run

Act = Callable[[datetime], object]


@dataclass(frozen=True)
class Duty:
    every: timedelta
    act: Act


DUTIES: list[Duty] = []


def duty(every: timedelta) -> Callable[[Act], Act]:
    """Have every worker call the function this often, with the time; it only writes where there is something to do.

    It belongs into the `tasks` module of an app: workers import those.
    """

    def register(act: Act) -> Act:
        DUTIES.append(Duty(every, act))
        return act

    return register


@duty(every=LEASE / 6)
def return_lost_jobs(now: datetime) -> None:
    Run.objects.return_lost(now)


@duty(every=timedelta(minutes=10))
def prune_results(now: datetime) -> None:
    Run.objects.prune(now)
