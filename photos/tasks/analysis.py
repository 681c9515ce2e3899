"""The analysis of one photo after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskContext, task
from django_tasks.base import Task

from jobs.attempts import claims_of
from jobs.duties import duty
from jobs.models import Run
from jobs.priorities import PERSON
from photos import missing, pipeline
from photos.models import Photo, Stage

QUEUED_AT_ONCE = 500

# What is younger is as a rule at work in the web process that took it in.
YOUNG = timedelta(minutes=1)


@task(queue_name="ingest", takes_context=True, title="Analysing photos")
def analyse_photo(context: TaskContext, photo_id: int) -> None:
    """Do what this photo lacks; nothing for one that is complete or gone."""
    analyse_claimed(context, photo_id, Stage.QUICK)


def analyse_claimed(context: TaskContext, photo_id: int, stages: Collection[str]) -> None:
    now = timezone.now()
    *earlier, token = claims_of(context.task_result)
    missing.take_back(photo_id, earlier, now)
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is not None:
        pipeline.analyse(photo, now, stages, token=token)


def queue_photos(ids: Sequence[int], queue_name: str = "ingest", stages: Collection[str] = ()) -> int:
    """Have workers do what these photos lack, and the named stages once more; return how many jobs that makes."""
    queued = 0
    for start in range(0, len(ids), QUEUED_AT_ONCE):
        chunk = ids[start : start + QUEUED_AT_ONCE]
        with transaction.atomic():
            if stages:
                Stage.objects.filter(photo_id__in=chunk).request(pipeline.with_followers(stages))
            queued += _enqueue(analyse_photo.using(queue_name=queue_name), chunk)
    return queued


def hurry(photo_id: int) -> None:
    """Let a photo that somebody waits for be analysed before those that nobody does."""
    Run.objects.hurry(analyse_photo, [photo_id], PERSON)


def enqueue_all(task: Task[[int], None], ids: Sequence[int]) -> int:
    return sum(_enqueue(task, ids[start : start + QUEUED_AT_ONCE]) for start in range(0, len(ids), QUEUED_AT_ONCE))


def _enqueue(task: Task[[int], None], ids: Sequence[int]) -> int:
    """Queue a job for each of the ids for which none waits or runs."""
    with transaction.atomic():
        idle = Run.objects.without(task, ids)
        backend: Any = task.get_backend()
        backend.enqueue_all(task, idle)
    return len(idle)


@duty(every=timedelta(minutes=1))
def queue_left_behind(now: datetime) -> None:
    """Queue photos whose worker was lost, that waited for an encoder which is there now, or lack the vector of ours."""
    missing.give_up_lost(now)
    queue_photos(missing.unfinished(now, missing.possible_stages(), added_before=now - YOUNG))
    queue_photos(missing.overtaken(), "embed", [Stage.Name.EMBEDDING])
