"""Stages that photos of an older library never had: asked for some at a time, behind everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django_tasks.base import Task

from jobs.models import Run
from photos import asking, missing
from photos.models import Stage
from photos.tasks.analysis import QUEUED_AT_ONCE, YOUNG, queue_photos


def queue_stage(ids: Sequence[int]) -> int:
    """Have workers do what these photos were asked for; return how many jobs that makes."""
    return queue_photos(ids, "embed")


def ask_for_next(stage: Stage.Name, after: int, asking_on: Task) -> None:
    """Ask for a stage of the next photos that never had it, and behind them, by `asking_on`, of those that follow.

    So few wait at any time, however large the library. Where nothing is done, a disk being away, it goes no further.
    """
    if len(missing.unfinished(timezone.now(), [stage])) >= QUEUED_AT_ONCE:
        return
    if ids := asking.never_asked(stage, QUEUED_AT_ONCE, after):
        asking.ask_for(stage, ids)
        queue_stage(ids)
        asking_on.enqueue(ids[-1])


def begin(stage: Stage.Name, asking_on: Task, now: datetime) -> None:
    """Begin with the photos that never had a stage, where nobody is at it and nobody has called it off."""
    if Run.objects.called_off(asking_on, now):
        return
    if not Run.objects.unfinished(asking_on).exists() and asking.never_asked(stage, 1):
        asking_on.enqueue(0)


def queue_waiting(stage: Stage.Name, now: datetime) -> None:
    """Queue photos whose stage waits though nobody works on them."""
    queue_stage(missing.unfinished(now, [stage], added_before=now - YOUNG))
