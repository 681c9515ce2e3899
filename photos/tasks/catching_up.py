"""Stages that photos of an older library never had, or not as they are done today: some at a time, behind all else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task

from jobs.models import Run
from photos import missing, older
from photos.models import Stage
from photos.tasks.analysis import QUEUED_AT_ONCE, YOUNG, queue_photos


def queue_stage(ids: Sequence[int], queue_name: str = "embed") -> int:
    """Have workers do what these photos were asked for; return how many jobs that makes."""
    return queue_photos(ids, queue_name)


def ask_for_next(stage: Stage.Name, after: int, asking_on: Task) -> None:
    """Ask for a stage of the next photos that lack it, and behind them, by `asking_on`, of those that follow.

    They are done in the queue of `asking_on`. So few wait at any time, however large the library. Where nothing is
    done, a disk being away, it goes no further.
    """
    if len(missing.unfinished(timezone.now(), [stage])) >= QUEUED_AT_ONCE:
        return
    if ids := older.lacking(stage, QUEUED_AT_ONCE, after):
        with transaction.atomic():  # else who looks for what waits without a job would queue it before all else
            older.ask_for(stage, ids)
            queue_stage(ids, asking_on.queue_name)
            asking_on.enqueue(ids[-1])


def begin(stage: Stage.Name, asking_on: Task, now: datetime) -> None:
    """Begin with the photos that lack a stage, where nobody is at it and nobody has called it off."""
    if Run.objects.called_off(asking_on, now):
        return
    if not Run.objects.unfinished(asking_on).exists() and older.lacking(stage, 1):
        asking_on.enqueue(0)


def queue_waiting(stage: Stage.Name, now: datetime) -> None:
    """Queue photos whose stage waits though nobody works on them."""
    queue_stage(missing.unfinished(now, [stage], added_before=now - YOUNG))
