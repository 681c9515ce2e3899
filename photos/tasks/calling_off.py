"""What it means for photos that their job was cancelled: they say so, and wait until somebody asks for them again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from jobs.signals import jobs_cancelled, jobs_retried
from photos import generations, reanalysis
from photos.duplicates import runs
from photos.models import MergeRun, Photo, Reanalysis, Stage
from photos.models.stage import CANCELLED
from photos.tasks.analysis import analyse_photo
from photos.tasks.duplicates import go_on_merging
from photos.tasks.looking import describe_photo, read_text
from photos.tasks.migrations import migrate_library
from photos.tasks.reanalyses import hand_out

_STAGES: dict[str, Collection[str]] = {
    analyse_photo.module_path: Stage.QUICK,
    describe_photo.module_path: [Stage.Name.DESCRIPTION],
    read_text.module_path: [Stage.Name.TEXT],
}


@receiver(jobs_cancelled, dispatch_uid="photos.photos_called_off")
def photos_called_off(task_path: str, subjects: Sequence[str], now: datetime, **_: Any) -> None:
    """Let what the rows of photos say follow: what is at work ends, what waits is no longer queued by duties."""
    if task_path in _STAGES:
        _call_off([int(subject) for subject in subjects], _STAGES[task_path], now)
    elif task_path == hand_out.module_path:
        for row in Reanalysis.objects.open().filter(pk__in=subjects):
            transaction.on_commit(partial(reanalysis.cancel, row, now))
    elif task_path == go_on_merging.module_path:
        for run in MergeRun.objects.open().filter(pk__in=subjects):
            runs.cancel(run, now)
    elif task_path == migrate_library.module_path:
        with suppress(generations.GenerationProblem):  # it has ended meanwhile
            generations.cancel(now)


@receiver(jobs_retried, dispatch_uid="photos.photos_asked_for")
def photos_asked_for(task_path: str, subjects: Sequence[str], now: datetime, **_: Any) -> None:
    """Queue anew what failed of photos whose job is tried again, or was called off."""
    ids = [int(subject) for subject in subjects] if task_path in _STAGES else []
    Stage.objects.filter(photo_id__in=ids, status=Stage.Status.FAILED).request(_STAGES.get(task_path, ()))
    Photo.objects.filter(pk__in=ids).settle(now)


def _call_off(photo_ids: Sequence[int], names: Collection[str], now: datetime) -> None:
    if list(names) == [Stage.Name.DESCRIPTION]:  # its row is made when it begins
        there = Photo.objects.filter(pk__in=photo_ids).values_list("pk", flat=True)
        stages = [Stage(photo_id=pk, name=Stage.Name.DESCRIPTION) for pk in there]
        Stage.objects.bulk_create(stages, ignore_conflicts=True)
    wanted = Stage.objects.filter(photo_id__in=photo_ids, name__in=names)
    wanted.exclude(before="").call_off()
    told = {"status": Stage.Status.FAILED, "error": CANCELLED, "traceback": None}
    wanted.filter(status=Stage.Status.QUEUED).update(finished_at=now, **told)
    Photo.objects.filter(pk__in=photo_ids).settle(now)
