"""How far a reanalysis has come, told by the rows of the stages alone: right with any number of workers, and after a
restart of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from jobs.models import PROMPT, Run
from photos.encoding import encoder_problem
from photos.models import Reanalysis, Stage

if TYPE_CHECKING:
    from accounts.models import User

RATE_OVER = timedelta(minutes=1)
NO_WORKER = (
    "Nothing is working on it: no worker seems to run. Start one with `manage.py worker`; "
    "`make run` and `manage.py serve` start one of their own."
)


@dataclass(frozen=True)
class Progress:
    """Numbers of photos; `total` is None until they are counted, and `waiting` are then those known of.

    `rate` is photos a second over the last minute, 0 while nothing gets done.
    """

    total: int | None
    waiting: int
    running: int
    done: int
    failed: int
    rate: float

    @property
    def ended(self) -> int:
        return self.done + self.failed

    @property
    def time_left(self) -> timedelta | None:
        """None while nothing tells."""
        known = self.rate and self.total is not None
        return timedelta(seconds=(self.waiting + self.running) / self.rate) if known else None


def progress_of(reanalysis: Reanalysis, now: datetime) -> Progress:
    """Count what is not done, by its index: that is as much as a wave has, and what failed."""
    unfinished = Q(status__in=Reanalysis.UNFINISHED)
    not_done = [*Reanalysis.UNFINISHED, Stage.Status.FAILED]
    counted = reanalysis.stages.filter(status__in=not_done, photo__trashed_at=None).aggregate(
        not_done=Count("photo_id", distinct=True),
        unfinished=Count("photo_id", distinct=True, filter=unfinished),
        running=Count("photo_id", distinct=True, filter=Q(status=Stage.Status.RUNNING)),
    )
    to_come = _still_to_come(reanalysis)
    return Progress(
        total=None if to_come is None else reanalysis.handed_out + to_come,
        waiting=counted["unfinished"] - counted["running"] + (to_come or 0),
        running=counted["running"],
        done=max(reanalysis.handed_out - counted["not_done"], 0),
        failed=counted["not_done"] - counted["unfinished"],
        rate=_rate(reanalysis, now),
    )


def obstacle_to(progress: Progress, started_at: datetime, now: datetime) -> str:
    """Return why nothing gets done, in words for a person; "" where something does, or has had no time to."""
    if progress.rate or now - started_at < PROMPT:
        return ""
    return encoder_problem() or (NO_WORKER if Run.objects.unattended(now) else "")


def failures_of(user: User, limit: int) -> list[Stage]:
    """Return failed stages of the user's photos, each with its photo, in the order of the index that finds them."""
    failed = Stage.objects.filter(status=Stage.Status.FAILED, photo__owner=user, photo__trashed_at=None)
    return list(failed.select_related("photo").order_by("name", "pk")[:limit])


def _still_to_come(reanalysis: Reanalysis) -> int | None:
    """Return how many photos are yet to be handed out: fewer than were counted, where some were deleted since."""
    if reanalysis.all_handed_out or reanalysis.cancelled:
        return 0
    return None if reanalysis.total is None else max(reanalysis.total - reanalysis.handed_out, 0)


def _rate(reanalysis: Reanalysis, now: datetime) -> float:
    since = max(now - RATE_OVER, reanalysis.started_at)
    settled = reanalysis.stages.filter(status__in=[Stage.Status.DONE, Stage.Status.FAILED], finished_at__gte=since)
    seconds = (now - since).total_seconds()
    return settled.values("photo_id").distinct().count() / seconds if seconds > 0 else 0.0
