"""Archives are taken in by workers, a turn at a time, so that photos of others come between."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import task

from jobs.duties import duty
from jobs.models import Run
from jobs.signals import jobs_cancelled
from photos.archives import importing
from photos.models import ArchiveImport, IncomingUpload, TakeoutNote, TakeoutPhoto


def take_in(upload: IncomingUpload, name: str, now: datetime) -> ArchiveImport:
    """Have workers take in the photos of an upload that is complete; raises as importing.begin."""
    archive = importing.begin(upload, name, now)
    _queue([archive.pk])
    return archive


@task(queue_name="ingest", title="Taking in an archive")
def import_archive(archive_id: int) -> None:
    """Take in files for a turn, and queue the next behind what has come meanwhile."""
    if Run.objects.unfinished(import_archive).filter(subject=f"{archive_id}").count() > 1:
        return  # a successor waits already: this attempt follows one that was cut off at its very end
    archive = ArchiveImport.objects.open().select_related("owner").filter(pk=archive_id).first()
    if archive is not None and importing.go_on(archive, timezone.now):
        import_archive.enqueue(archive_id)


@duty(every=timedelta(minutes=1))
def go_on_importing(_: datetime) -> None:
    """Queue imports that nothing goes on with any more: their job was lost, or waited for a disk."""
    _queue(list(ArchiveImport.objects.open().values_list("pk", flat=True)[:100]))


@duty(every=timedelta(hours=1))
def forget_takeouts(now: datetime) -> None:
    """Let go of what archives of a Takeout have told for others that did not come for a week."""
    TakeoutNote.objects.expired(now).delete()
    TakeoutPhoto.objects.expired(now).delete()


def _queue(ids: list[int]) -> None:
    for pk in Run.objects.without(import_archive, ids) if ids else []:
        import_archive.enqueue(pk)


@receiver(jobs_cancelled, dispatch_uid="photos.import_called_off")
def import_called_off(task_path: str, subjects: list[str], now: datetime, **_: Any) -> None:
    """Take no more of archives whose job was cancelled; what was taken stays."""
    rows = ArchiveImport.objects.open().filter(pk__in=subjects) if task_path == import_archive.module_path else []
    for archive in rows:
        transaction.on_commit(partial(importing.end, archive, now, cancelled=True))
