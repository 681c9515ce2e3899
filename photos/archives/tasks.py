"""Archives are taken in by workers, a turn at a time, so that photos of others come between."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from jobs.duties import duty
from jobs.models import Run
from photos.archives import importing
from photos.models import ArchiveImport, IncomingUpload


def take_in(upload: IncomingUpload, name: str, now: datetime) -> ArchiveImport:
    """Have workers take in the photos of an upload that is complete; raises as importing.begin."""
    archive = importing.begin(upload, name, now)
    _queue([archive.pk])
    return archive


@task(queue_name="ingest")
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


def _queue(ids: list[int]) -> None:
    for pk in Run.objects.without(import_archive, ids) if ids else []:
        import_archive.enqueue(pk)
