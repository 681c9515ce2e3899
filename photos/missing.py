"""What the library still lacks. The truth of what is done is on the photos, so that nothing else has to remember it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from photos import pipeline
from photos.models import Photo, Stage


def give_up_lost(now: datetime) -> int:
    """Fail the stages whose worker was lost at their last attempt; return how many photos that ends."""
    photos = Photo.objects.defer("embedding").filter(stages__in=Stage.objects.lost_for_good(now)).distinct()
    for photo in (found := list(photos)):
        photo.stages.all().lost_for_good(now).give_up(now)
        photo.settle()
    return len(found)


def unfinished(now: datetime) -> list[int]:
    """Return the ids of photos with a stage that waits or whose worker was lost, oldest first."""
    waiting = Stage.objects.claimable(now).values("photo_id")
    return list(Photo.objects.filter(pk__in=waiting, trashed_at=None).order_by("pk").values_list("pk", flat=True))


def embedded_by_others(model: str) -> list[int]:
    """Return the ids of photos whose vector another model made, or another revision of this one."""
    return list(Photo.objects.stale(model).order_by("pk").values_list("pk", flat=True))


def complete(photo_ids: list[int], now: datetime, stages: tuple[str, ...] = ()) -> Iterator[Photo]:
    """Do what these photos lack, or the named stages once more; yield each when it is done."""
    for pk in photo_ids:
        photo = Photo.objects.defer("embedding").filter(pk=pk).first()
        if photo is not None:
            with suppress(Photo.DoesNotExist):  # deleted meanwhile
                yield pipeline.repeat(photo, now, stages) if stages else pipeline.analyse(photo, now)
