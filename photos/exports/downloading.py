"""An export that a browser or a client downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from accounts.models import User
from photos import storage
from photos.errors import StorageMissing
from photos.exports.contents import Layout
from photos.exports.zipping import zipped
from photos.models import Photo, PhotoFile
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf


@dataclass(frozen=True)
class Size:
    """How much an export holds; sidecars and the record are a few kB a photo more."""

    photos: int
    bytes: int


def size_of(owner: User, numbers: Sequence[int] | None) -> Size:
    """Return how many of these photos there are, or of all, and how many bytes all their files have."""
    photos = _chosen(owner, numbers)
    found = photos.aggregate(count=Count("pk"), size=Sum("bytes"))
    beside = PhotoFile.objects.filter(photo__in=photos).aggregate(size=Sum("bytes"))["size"] or 0
    return Size(found["count"], (found["size"] or 0) + beside)


def as_zip(owner: User, numbers: Sequence[int] | None, layout: Layout, now: datetime) -> StreamingHttpResponse:
    """Answer with these of the owner's photos, or all, as a ZIP that is made while it is sent. Raises StorageMissing.

    Where the disk goes meanwhile the connection breaks off, and the ZIP is seen to be cut.
    """
    if not storage.is_mounted():
        raise StorageMissing
    photo_ids = list(_chosen(owner, numbers).order_by("pk").values_list("pk", flat=True))
    response = StreamingHttpResponse(zipped(owner, photo_ids, layout, now), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"cloudzy-{now:%Y-%m-%d}.zip") or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _chosen(owner: User, numbers: Sequence[int] | None) -> PhotoQuerySet:
    mine = Photo.objects.visible_to(owner)
    return mine if numbers is None else mine.filter(pk__in=OneOf(numbers))
