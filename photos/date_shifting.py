"""Correcting the clock of many photos at once, as when a camera was never told of the journey; and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from rest_framework.exceptions import APIException, ValidationError

from photos.metadata.moments import FIRST_YEAR
from photos.models import DateShift, Photo, ShiftedDate
from photos.template_captions import describe

if TYPE_CHECKING:
    from accounts.models import User

MOST_SHIFTED = 500  # photos at once: one transaction writes them all
LONGEST = timedelta(days=36_525)  # a hundred years
LAST_YEAR = 9998


class OutOfTime(ValidationError):  # noqa: N818 - a problem of a client, named as the others are
    """A photo would lie before there were photos, or after the last year that can be written."""

    def __init__(self, photo: Photo) -> None:
        self.words = f"“{photo}” would not lie between {FIRST_YEAR} and {LAST_YEAR} any more."
        super().__init__({"seconds": [self.words]})


class AlreadyUndone(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "This shift was undone already."


def shift_dates(user: User, numbers: Collection[int], by: timedelta, now: datetime) -> DateShift:
    """Move the dates of those of the numbered photos that are the user's, all or none; they are the user's from now on.

    The offset from UTC of each stays, and the machine's captions follow. Raises OutOfTime.
    """
    DateShift.objects.filter(owner=user, made_at__lt=now - DateShift.KEPT).delete()
    with transaction.atomic():
        shift = DateShift.objects.create(owner=user, seconds=round(by.total_seconds()), made_at=now)
        photos = _held(user, numbers)
        ShiftedDate.objects.bulk_create(_before(shift, photo) for photo in photos)
        for photo in photos:
            _move(photo, shift.by)
        _tell(photos, now)
    return shift


def undo(shift: DateShift, now: datetime) -> list[int]:
    """Give photos the dates back that they had before, but for those whose date was set anew since; return their ids.

    Raises AlreadyUndone.
    """
    with transaction.atomic():
        if not DateShift.objects.filter(pk=shift.pk, undone_at=None).update(undone_at=now):
            raise AlreadyUndone
        dates = {date.photo_id: date for date in shift.dates.all()}
        photos = Photo.objects.select_for_update().for_listing().filter(pk__in=list(dates)).order_by("pk")
        moved = [photo for photo in photos if _is_as_shifted(photo, dates[photo.pk], shift)]
        for photo in moved:
            _put_back(photo, dates[photo.pk])
        _tell(moved, now)
    return [photo.pk for photo in moved]


def _held(user: User, numbers: Collection[int]) -> list[Photo]:
    mine = Photo.objects.visible_to(user).select_for_update().for_listing()
    return list(mine.filter(pk__in=list(numbers)[:MOST_SHIFTED]).order_by("pk"))


def _before(shift: DateShift, photo: Photo) -> ShiftedDate:
    was_edited = "taken_at" in photo.edited
    return ShiftedDate(
        shift=shift, photo=photo, taken_at=photo.taken_at, source=photo.taken_at_source, was_edited=was_edited
    )


def _move(photo: Photo, by: timedelta) -> None:
    try:
        moment = photo.taken_locally + by
    except OverflowError as exc:
        raise OutOfTime(photo) from exc
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise OutOfTime(photo)
    photo.edit({"taken_at": moment})


def _is_as_shifted(photo: Photo, before: ShiftedDate, shift: DateShift) -> bool:
    is_theirs = photo.taken_at_source == Photo.DateSource.HUMAN and "taken_at" in photo.edited
    return is_theirs and photo.taken_at == before.taken_at + shift.by


def _put_back(photo: Photo, before: ShiftedDate) -> None:
    photo.taken_at, photo.taken_at_source = before.taken_at, before.source
    if not before.was_edited:
        photo.edited = [name for name in photo.edited if name != "taken_at"]
    photo.save(update_fields=["taken_at", "taken_at_source", "edited", "updated_at"])


def _tell(photos: Sequence[Photo], now: datetime) -> None:
    """Let the template's captions follow the dates; what nobody has captioned yet is told of later."""
    made = [photo for photo in photos if photo.caption and not {"caption"} & {*photo.edited, *photo.authors}]
    Photo.objects.put_captions({photo.pk: describe(photo) for photo in made}, now)
