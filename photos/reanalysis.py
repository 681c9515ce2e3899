"""Analysing many photos once more: handed out to the workers a wave at a time, so that a million photos are as easy to
queue, to count and to call off as a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from rest_framework.exceptions import APIException

from photos.models import Photo, Reanalysis, Stage
from photos.models.queryset import PhotoQuerySet
from photos.pipeline import with_followers

if TYPE_CHECKING:
    from accounts.models import User

WAVE = 100
FAILED = Q(status=Stage.Status.FAILED)


class AlreadyAnalysing(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "Your photos are being analysed again already. Wait until that is done, or cancel it."


@dataclass(frozen=True)
class Wanted:
    """Which photos are to be analysed again, `ids` for the scope CHOSEN, and which stages; none named: what failed."""

    scope: Reanalysis.Scope
    stages: Sequence[str] = ()
    ids: Sequence[int] = ()


def begin(user: User, wanted: Wanted, now: datetime) -> Reanalysis:
    """Note down that these photos of the user's are to be analysed again; raises AlreadyAnalysing."""
    newest = Photo.objects.order_by("-pk").values_list("pk", flat=True).first()
    try:
        with transaction.atomic():
            if any([not close(reanalysis, now) for reanalysis in Reanalysis.objects.open().filter(owner=user)]):
                raise AlreadyAnalysing
            return Reanalysis.objects.create(
                owner=user,
                scope=wanted.scope,
                names=list(wanted.stages),
                chosen=sorted(wanted.ids),
                until=newest or 0,
                started_at=now,
            )
    except IntegrityError as exc:  # one more began at the same moment
        raise AlreadyAnalysing from exc


def count(reanalysis_id: int) -> None:
    """Count its photos where that was not done yet: in a large library that takes too long for a request."""
    for row in Reanalysis.objects.open().filter(pk=reanalysis_id, total=None):
        photos = _photos(row.owner, row.scope, row.chosen).filter(pk__gt=row.last_photo, pk__lte=row.until)
        Reanalysis.objects.filter(pk=row.pk).update(total=row.handed_out + photos.count())


def next_wave(reanalysis_id: int) -> list[int]:
    """Ask for the stages of the next photos and return their ids; none when all are asked for, or many still wait."""
    with transaction.atomic():
        reanalysis = Reanalysis.objects.select_for_update().open().filter(pk=reanalysis_id).first()
        if reanalysis is None or reanalysis.all_handed_out or _many_wait(reanalysis):
            return []
        photos = _photos(reanalysis.owner, reanalysis.scope, reanalysis.chosen)
        ahead = photos.filter(pk__gt=reanalysis.last_photo, pk__lte=reanalysis.until)
        ids = list(ahead.order_by("pk").values_list("pk", flat=True)[:WAVE])
        Stage.objects.filter(_wanted(reanalysis, ids), photo_id__in=ids).ask_again(reanalysis)
        reanalysis.handed_out += len(ids)
        reanalysis.last_photo = ids[-1] if len(ids) == WAVE else reanalysis.until
        reanalysis.save(update_fields=["handed_out", "last_photo"])
        return ids


def cancel(reanalysis: Reanalysis, now: datetime) -> bool:
    """Call off what no worker has begun: it becomes what it was before; False when it had ended already.

    Jobs that are queued for it find nothing to do.
    """
    with transaction.atomic():
        row = Reanalysis.objects.select_for_update().open().filter(pk=reanalysis.pk).first()
        if row is None:
            return False
        waiting = row.stages.filter(status=Stage.Status.QUEUED)
        photos = list(Photo.objects.filter(pk__in=waiting.values("photo_id")))
        row.stages.all().call_off()
        for photo in photos:
            if photo.status == Photo.Status.QUEUED:
                photo.settle()
        row.handed_out -= len(photos)
        row.ended_at, row.cancelled = now, True
        row.save(update_fields=["handed_out", "ended_at", "cancelled"])
    return True


def close(reanalysis: Reanalysis, now: datetime) -> bool:
    """Note down the end of one whose photos are all done or failed; False while some are not."""
    if not reanalysis.is_over:
        return False
    Reanalysis.objects.open().filter(pk=reanalysis.pk).update(ended_at=now)
    return True


def _photos(user: User, scope: str, chosen: Sequence[int]) -> PhotoQuerySet:
    photos = Photo.objects.visible_to(user)
    if scope == Reanalysis.Scope.CHOSEN:
        return photos.filter(pk__in=chosen)
    if scope == Reanalysis.Scope.FAILED:
        return photos.filter(pk__in=Stage.objects.filter(FAILED).values("photo_id"))
    return photos


def _wanted(reanalysis: Reanalysis, ids: Sequence[int]) -> Q:
    """Name the stages it repeats: those it was begun with, or those that failed with what follows from them."""
    if reanalysis.names:
        return Q(name__in=with_followers(reanalysis.names))
    failed = Stage.objects.filter(FAILED, photo_id__in=ids, name__in=[Stage.Name.METADATA, Stage.Name.EMBEDDING])
    followed = set(failed.values_list("photo_id", flat=True))
    return FAILED | Q(name=Stage.Name.CAPTION, photo_id__in=followed)


def _many_wait(reanalysis: Reanalysis) -> bool:
    """Tell whether so many wait still, for an encoder perhaps, that more would only make the heap larger."""
    return reanalysis.unfinished.values("photo_id").distinct().count() > WAVE // 2
