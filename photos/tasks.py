"""What workers do with photos. What is to be done is told by the photos: to lose the whole queue loses nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskContext, TaskResult, TaskResultStatus, task
from django_tasks.signals import task_finished

from jobs.attempts import claims_of
from jobs.duties import duty
from jobs.models import Run
from photos import missing, pipeline
from photos.models import Photo, Stage

QUEUED_AT_ONCE = 500
# What is younger is as a rule at work in the web process that took it in.
YOUNG = timedelta(minutes=1)


@task(queue_name="ingest", takes_context=True)
def analyse_photo(context: TaskContext, photo_id: int) -> None:
    """Do what this photo lacks; nothing for one that is complete or gone."""
    now = timezone.now()
    *earlier, token = claims_of(context.task_result)
    missing.take_back(photo_id, earlier, now)
    photo = Photo.objects.defer("embedding").filter(pk=photo_id).first()
    if photo is not None:
        pipeline.analyse(photo, now, token=token)


def queue_photos(ids: Sequence[int], queue_name: str = "ingest", stages: Collection[str] = ()) -> int:
    """Have workers do what these photos lack, and the named stages once more; return how many jobs that makes."""
    queued = 0
    for start in range(0, len(ids), QUEUED_AT_ONCE):
        chunk = ids[start : start + QUEUED_AT_ONCE]
        with transaction.atomic():
            if stages:
                Stage.objects.filter(photo_id__in=chunk).request(pipeline.with_followers(stages))
            for pk in (idle := Run.objects.without(analyse_photo, chunk)):
                analyse_photo.using(queue_name=queue_name).enqueue(pk)
        queued += len(idle)
    return queued


@duty(every=timedelta(minutes=1))
def queue_left_behind(now: datetime) -> None:
    """Queue photos whose worker was lost, or that waited for an encoder that is there now."""
    missing.give_up_lost(now)
    queue_photos(missing.unfinished(now, missing.possible_stages(), added_before=now - YOUNG))


@receiver(task_finished, dispatch_uid="photos.analysis_ended")
def analysis_ended(task_result: TaskResult[Any], **_: Any) -> None:
    """After the last attempt, tell on the photo which stage its workers died in."""
    if task_result.task.module_path == analyse_photo.module_path and task_result.status == TaskResultStatus.FAILED:
        missing.take_back(task_result.args[0], claims_of(task_result), timezone.now())
