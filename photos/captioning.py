"""How a photo gets the words of a captioner that looks at it: a stage of its own, which no upload waits for.

It is no part of what makes a photo ready. Until it is done, and for good where it fails, the template's caption stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from PIL import Image
from rest_framework.exceptions import APIException

from ai.captioners.base import CaptionerUnavailable, CaptionFailed, Described
from ai.captioners.loading import get_captioner, takes_its_time
from jobs.errors import traceback_of
from photos import authorship, images, originals, pipeline, storage, thumbnails
from photos.errors import StorageMissing
from photos.models import Photo, PhotoTag, Stage
from photos.models.stage import MAX_ATTEMPTS


def describe_photo(photo: Photo, now: datetime, token: uuid.UUID | None = None) -> Photo:
    """Let the configured captioner describe a photo unless that is done or under way; return the photo as it is then.

    Raise CaptionerUnavailable, with the claim given back and no attempt counted, where no photo can be described now,
    and CaptionFailed where this attempt at this photo came to nothing. A token signs the claim.
    """
    captioner = get_captioner()
    captioner.check()
    for stage in _claimed(photo, now, token):
        try:
            with stage.timed():
                said = captioner.describe(_picture(photo))
        except (CaptionerUnavailable, StorageMissing) as exc:
            stage.release(_words(exc))
            raise CaptionerUnavailable(_words(exc)) from exc
        except (CaptionFailed, APIException) as exc:
            stage.put_off(now, _words(exc), traceback_of(exc))
            raise CaptionFailed(_words(exc)) from exc
        _write(stage, said, captioner.name, now)
    return Photo.objects.for_listing().filter(pk=photo.pk).first() or photo


def describe_missing(now: datetime) -> Iterator[Photo]:
    """Describe every photo that waits for it, those that fail as often as they may; yield each that is described."""
    for _ in range(MAX_ATTEMPTS):
        for pk in undescribed(now):
            photo = Photo.objects.filter(pk=pk).first()
            try:
                described = describe_photo(photo, now) if photo else None
            except CaptionFailed:  # the reason is on its stage
                continue
            if described:
                yield described


def description_of(photo: Photo) -> Stage | None:
    """Return how far the description of a photo has come; None where it has not begun, or nobody would write one."""
    if not takes_its_time():
        return None
    return photo.stages.filter(name=Stage.Name.DESCRIPTION).first()


def undescribed(now: datetime, most: int | None = None) -> list[int]:
    """Return the ids of photos no captioner has described, oldest first, but for those it failed on for good.

    A photo must have been decoded once before: one that kills who opens it has been found out by then.
    """
    stages = Stage.objects.filter(name=Stage.Name.DESCRIPTION)
    settled = stages.exclude(pk__in=stages.claimable(now)).values("photo_id")
    seen = Stage.objects.filter(name=Stage.Name.THUMBNAILS, status=Stage.Status.DONE).values("photo_id")
    photos = Photo.objects.filter(trashed_at=None, pk__in=seen).exclude(pk__in=settled)
    return list(photos.order_by("pk").values_list("pk", flat=True)[:most])


def request_failed() -> int:
    """Queue anew what captioners failed on; return how many photos that is."""
    failed = Stage.objects.filter(name=Stage.Name.DESCRIPTION, status=Stage.Status.FAILED)
    return failed.request([Stage.Name.DESCRIPTION])


def request_all() -> int:
    """Queue anew every description there is, for another captioner; return how many photos that is."""
    return Stage.objects.all().request([Stage.Name.DESCRIPTION])


def withdraw_all(now: datetime) -> int:
    """Give every photo back to the template, which takes no time; return how many photos that is."""
    described = list(Photo.objects.filter(stages__name=Stage.Name.DESCRIPTION).values_list("pk", flat=True))
    for pk in described:
        if photo := _withdrawn(pk):
            pipeline.analyse(photo, now, [Stage.Name.CAPTION])
    return len(described)


def problems() -> list[str]:
    """Return why photos are not being described, in words for whoever looks after the service."""
    if not takes_its_time():
        return []
    try:
        get_captioner().check()
    except CaptionerUnavailable as exc:
        return [str(exc)]
    waiting = Stage.objects.filter(name=Stage.Name.DESCRIPTION, status=Stage.Status.QUEUED).exclude(error="")
    return [f"Descriptions wait: {reason}" for reason in waiting.values_list("error", flat=True)[:1]]


def _claimed(photo: Photo, now: datetime, token: uuid.UUID | None) -> Sequence[Stage]:
    """Claim the stage, which is made at the first time; nothing where the photo is gone."""
    with transaction.atomic():
        if not Photo.objects.select_for_update().filter(pk=photo.pk).exists():
            return []
        Stage.objects.get_or_create(photo_id=photo.pk, name=Stage.Name.DESCRIPTION)
        return Stage.objects.claim(photo.pk, [Stage.Name.DESCRIPTION], now, token)


def _picture(photo: Photo) -> Image.Image:
    """Open the larger derivative, or the original where that is not there; raises as originals.reading does."""
    side = max(thumbnails.SIZES)
    derivative = storage.media_root() / thumbnails.path_for(photo.original, side)
    if derivative.is_file():
        return images.open_upright(derivative, side)
    with originals.reading(photo.original) as path:
        return images.open_upright(path, side)


def _write(stage: Stage, said: Described, author: str, now: datetime) -> None:
    """Write what was said onto the row as it is now, so that a person's words of meanwhile are kept."""
    with transaction.atomic():
        photo = Photo.objects.select_for_update().filter(pk=stage.photo_id).first()
        if photo is None or not stage.finish(now):
            return
        if "tags" not in photo.edited:
            PhotoTag.objects.propose_said(photo, said.tags, author)
        words = {"caption": said.caption, "description": said.description}
        changed = authorship.put_words(photo, words, author)
        photo.save(update_fields={*changed, "updated_at"})


def _withdrawn(photo_id: int) -> Photo | None:
    """Take back from a photo what captioners said; return it with its caption to be written, None where it is gone."""
    with transaction.atomic():
        photo = Photo.objects.select_for_update().filter(pk=photo_id).first()
        if photo is None:
            return None
        photo.stages.filter(name=Stage.Name.DESCRIPTION).delete()
        PhotoTag.objects.propose_said(photo, (), "")
        photo.save(update_fields={*authorship.withdraw(photo), "updated_at"})
        photo.request([Stage.Name.CAPTION])
    return photo


def _words(exc: CaptionerUnavailable | CaptionFailed | APIException) -> str:
    return str(exc.detail) if isinstance(exc, APIException) else str(exc)
