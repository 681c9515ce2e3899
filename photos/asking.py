"""Stages that are asked for when a photo is in the library already: their rows are made then."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef

from photos.models import Photo, Stage

ASKED_AT_ONCE = 500


def ask_for(name: Stage.Name, photo_ids: Collection[int]) -> None:
    """Ask for this stage of these photos, once more where it was done before; those deleted meanwhile are no error."""
    ids = sorted(photo_ids)
    for start in range(0, len(ids), ASKED_AT_ONCE):
        with transaction.atomic():
            photos = Photo.objects.select_for_update().filter(pk__in=ids[start : start + ASKED_AT_ONCE])
            there = list(photos.values_list("pk", flat=True))
            Stage.objects.bulk_create([Stage(photo_id=pk, name=name) for pk in there], ignore_conflicts=True)
            Stage.objects.filter(photo_id__in=there).request([name])


def never_asked(name: Stage.Name, limit: int | None = None, after: int = 0) -> list[int]:
    """Return the ids of photos, from the one after this on, for which nobody has asked for this stage yet.

    They were decoded once before: one that kills who opens it has been found out by then.
    """
    of_photo = Stage.objects.filter(photo=OuterRef("pk"))
    seen = of_photo.filter(name=Stage.Name.THUMBNAILS, status=Stage.Status.DONE)
    unasked = Photo.objects.filter(Exists(seen), ~Exists(of_photo.filter(name=name)), pk__gt=after)
    return list(unasked.order_by("pk").values_list("pk", flat=True)[:limit])
