"""How fast jobs end and how long what is left will take: measured, kind by kind, over the last minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, Min, Sum, Value
from django.db.models.functions import Greatest
from django_tasks.base import TaskResultStatus

from jobs.runs import UNFINISHED, RunQuerySet

MEASURED = timedelta(minutes=5)
SHORTEST = timedelta(seconds=10)  # what ended in less says little of a minute
ENDED = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]


@dataclass(frozen=True)
class Pace:
    """What runs, what waits by the path of its task, and how it goes; `left` is None where nothing ended lately."""

    running: int
    waiting: Mapping[str, int]
    per_second: float
    left: timedelta | None

    @property
    def waiting_count(self) -> int:
        return sum(self.waiting.values())

    @property
    def count(self) -> int:
        return self.running + self.waiting_count


@dataclass(frozen=True)
class _Measured:
    count: int
    length: timedelta  # of all of them together
    within: timedelta  # the part of it that lies in the time measured


def pace_of(jobs: RunQuerySet, now: datetime) -> Pace:
    """Return how these jobs go. What runs counts as a whole job, and a kind that none ended of as one of mean length.

    Jobs of one kind are taken to last as long as those of it that ended lately, and as many to be at work at once as
    were at work on average; what was cancelled is no measure.
    """
    running, waiting = _unfinished(jobs)
    ended, first = _ended(jobs, now)
    number = sum(kind.count for kind in ended.values())
    if first is None or not number:
        return Pace(sum(running.values()), waiting, 0.0, None)
    span = max(now - max(first, now - MEASURED), SHORTEST)
    mean = sum((kind.length for kind in ended.values()), timedelta()) / number
    at_once = sum((kind.within for kind in ended.values()), timedelta()) / span
    lengths = {path: kind.length / kind.count for path, kind in ended.items()}
    everything = [*running.items(), *waiting.items()]
    load = sum((count * lengths.get(path, mean) for path, count in everything), timedelta())
    left = load / at_once if at_once and everything else None
    return Pace(sum(running.values()), waiting, number / span.total_seconds(), left)


def _unfinished(jobs: RunQuerySet) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many run and how many wait, by the path of their task."""
    rows = jobs.filter(job__status__in=UNFINISHED).order_by().values_list("job__task_path", "job__status")
    running: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for path, status, count in rows.annotate(count=Count("pk")).order_by("job__task_path"):
        (running if status == TaskResultStatus.RUNNING else waiting)[path] = count
    return running, waiting


def _ended(jobs: RunQuerySet, now: datetime) -> tuple[dict[str, _Measured], datetime | None]:
    """Return what ended in the time measured, by the path of its task, and when the first of it began."""
    since = now - MEASURED
    begun = Greatest(F("job__started_at"), Value(since, output_field=DateTimeField()))
    ended = jobs.filter(job__status__in=ENDED, job__finished_at__gt=since, job__started_at__isnull=False)
    rows: Any = (
        ended.filter(cancelled_at=None)
        .order_by()
        .values("job__task_path")
        .annotate(
            count=Count("pk"),
            length=Sum(_span(F("job__started_at"))),
            within=Sum(_span(begun)),
            first=Min("job__started_at"),
        )
    )
    found = {row["job__task_path"]: _Measured(row["count"], row["length"], row["within"]) for row in rows}
    return found, min((row["first"] for row in rows), default=None)


def _span(begun: Any) -> ExpressionWrapper:
    return ExpressionWrapper(F("job__finished_at") - begun, output_field=DurationField())
