"""What the library still lacks. The truth of what is done is on the photos, so that nothing else has to remember it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from django.db.models import Exists, OuterRef

from ai.encoders.base import EncoderUnavailable
from photos import embeddings, pipeline
from photos.encoding import matching_encoder, newest_encoder
from photos.models import ActiveModel, Photo, Stage


def give_up_lost(now: datetime) -> int:
    """Fail the stages whose worker was lost at their last attempt; return how many photos that ends."""
    photos = Photo.objects.filter(stages__in=Stage.objects.lost_for_good(now)).distinct()
    for photo in (found := list(photos)):
        photo.stages.all().lost_for_good(now).give_up(now)
        photo.settle()
    return len(found)


def take_back(photo_id: int, tokens: Collection[uuid.UUID], now: datetime) -> None:
    """Free the stages that these claims hold, whose workers are known to be gone, without the wait for their lease."""
    if Stage.objects.filter(photo_id=photo_id).abandon(tokens, now):
        for photo in Photo.objects.filter(pk=photo_id):
            photo.settle()


def unfinished(now: datetime, stages: Collection[str] = Stage.ORDER, added_before: datetime | None = None) -> list[int]:
    """Return the ids of photos with such a stage that waits or whose worker was lost, oldest first."""
    waiting = Stage.objects.filter(name__in=stages).claimable(now).values("photo_id")
    photos = Photo.objects.filter(pk__in=waiting, trashed_at=None)
    if added_before is not None:
        photos = photos.filter(created_at__lt=added_before)
    return list(photos.order_by("pk").values_list("pk", flat=True))


def possible_stages() -> Collection[str]:
    """Return the stages that can be done now: without an encoder, those that need none."""
    try:
        newest_encoder().warm_up()
    except EncoderUnavailable:
        return [Stage.Name.METADATA, Stage.Name.THUMBNAILS]
    return Stage.ORDER


def embedded_by_others(model: str) -> list[int]:
    """Return the ids of photos whose vector another model made, or another revision of this one."""
    return list(Photo.objects.stale(model).order_by("pk").values_list("pk", flat=True))


def overtaken() -> list[int]:
    """Return the ids of photos whose analysis ended while the library changed its model, or that were in the trash.

    Without the encoder they wait.
    """
    active = ActiveModel.current()
    if active is None or embeddings.models_with_vectors() <= {active.key}:  # no need to look at every photo
        return []
    try:
        matching_encoder(active.encoder, active.key).warm_up()
    except EncoderUnavailable:
        return []
    ended = Stage.objects.filter(photo=OuterRef("pk"), name=Stage.Name.EMBEDDING, status=Stage.Status.DONE)
    return sorted(Photo.objects.stale(active.key).filter(Exists(ended)).order_by().values_list("pk", flat=True))


def complete(photo_ids: Iterable[int], now: datetime, stages: tuple[str, ...] = ()) -> Iterator[Photo]:
    """Do what these photos lack, or the named stages once more; yield each when it is done."""
    for photo in _found(photo_ids):
        with suppress(Photo.DoesNotExist):  # deleted meanwhile
            yield pipeline.repeat(photo, now, stages) if stages else pipeline.analyse(photo, now)


def read_texts(photo_ids: Iterable[int], now: datetime) -> Iterator[Photo]:
    """Read the text in these photos where it was asked for; yield each when that is done."""
    for photo in _found(photo_ids):
        yield pipeline.analyse(photo, now, [Stage.Name.TEXT])


def _found(photo_ids: Iterable[int]) -> Iterator[Photo]:
    for pk in photo_ids:
        yield from Photo.objects.filter(pk=pk)
