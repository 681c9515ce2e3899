"""What failed of photos, tried once more by workers: for one that a person points at, or for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ai.captioners.loading import takes_its_time
from jobs.models import Run, RunQuerySet
from photos import pipeline
from photos.models import Photo, Stage
from photos.models.queryset import PhotoQuerySet
from photos.models.stage import StageQuerySet
from photos.own_jobs import PATHS_OF_PHOTOS
from photos.tasks import put_first, queue_descriptions, queue_photos, queue_reading

AT_ONCE = 500
MOST = 5_000  # a web request has 30 seconds


def try_one_again(photo: Photo, now: datetime) -> None:
    """Have workers do what failed of this photo before what nobody waits for, also where it was called off."""
    runs = Run.objects.filter(job__task_path__in=PATHS_OF_PHOTOS, subject=f"{photo.pk}")
    _try_again([photo.pk], runs, Stage.objects.filter(status=Stage.Status.FAILED), now)
    put_first(photo.pk)


def try_all_again(photos: PhotoQuerySet, now: datetime) -> int:
    """Have workers do what failed of these photos, of 5,000 at most; what was called off stays so. Return how many."""
    wanted = photos.filter(pk__in=Stage.objects.failed().values("photo_id")).order_by("pk")
    ids = list(wanted.values_list("pk", flat=True)[:MOST])
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        runs = Run.objects.failed().filter(job__task_path__in=PATHS_OF_PHOTOS, subject__in=[str(pk) for pk in chunk])
        _try_again(chunk, runs, Stage.objects.failed(), now)
    return len(ids)


def _try_again(ids: Sequence[int], runs: RunQuerySet, failed: StageQuerySet, now: datetime) -> None:
    """Queue these stages of the photos anew, and jobs for them: those that failed, where there are any."""
    with transaction.atomic():
        wanted: dict[str, list[int]] = {}
        for pk, name in failed.filter(photo_id__in=ids).values_list("photo_id", "name"):
            wanted.setdefault(name, []).append(pk)
        for name, of_these in wanted.items():
            Stage.objects.filter(photo_id__in=of_these).request(pipeline.with_followers([name]))
        Photo.objects.filter(pk__in=ids).settle(now)
        runs.retry(now)
        queue_photos(sorted({pk for name in Stage.QUICK for pk in wanted.get(name, ())}))
        queue_reading(wanted.get(Stage.Name.TEXT, []))
        if takes_its_time():
            queue_descriptions(wanted.get(Stage.Name.DESCRIPTION, []))
