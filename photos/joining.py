"""Files of photos that are merged into one: versions of it, or kept beside it; and how they part again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime

from photos import versions
from photos.beside import keep_again
from photos.models import Photo, PhotoFile
from photos.versions import PICTURE


def adopt(keeper: Photo, other: Photo, undo: ExitStack) -> Sequence[PhotoFile]:
    """Keep all files of another photo with this one, until `undo` says otherwise; return their rows.

    The other photo keeps what it has, for as long as it lies in the trash: both share the bytes. To be called inside of
    a transaction that holds both. Raises StorageMissing or DiskFull.
    """
    kind = versions.kind_of(other.original_name, other.format)
    shown = PhotoFile(kind=kind, name=other.original_name, stored=other.original)
    for column in PICTURE:
        setattr(shown, column, getattr(other, column))
    return _keep(keeper, [shown, *other.files.order_by("pk")], undo)


def inherit(keeper: Photo, other: Photo, now: datetime, undo: ExitStack) -> Sequence[PhotoFile]:
    """Keep likewise what is kept beside another photo of the same picture, but for what shows it."""
    files = list(other.files.order_by("pk"))
    for file in files:
        file.inherited_at = now
    return _keep(keeper, files, undo)


def _keep(keeper: Photo, files: Sequence[PhotoFile], undo: ExitStack) -> Sequence[PhotoFile]:
    has = {keeper.sha256, *keeper.files.values_list("sha256", flat=True)}
    rows = [file for file in files if file.sha256 not in has]
    for row in rows:
        row.pk, row.photo = None, keeper
        row._state.adding = True
        row.stored = keep_again(row.stored, undo)
        row.save()
    keeper.has_motion = versions.has_motion(keeper)
    keeper.save(update_fields=["has_motion", "updated_at"])
    return rows


def part(keeper: Photo, hashes: Sequence[str], shown: str) -> bool:
    """Take files with these hashes from a photo that shows the one with the hash `shown` again, if it is there still.

    Inside of a transaction that holds the photo. False, and nothing done, where what it shows would be lost with them.
    """
    if keeper.sha256 in hashes:
        before = keeper.files.versions().filter(sha256=shown).first()
        if before is None:
            return False
        versions.swap(keeper, before)
    for file in keeper.files.filter(sha256__in=hashes):
        file.delete()
    keeper.has_motion = versions.has_motion(keeper)
    keeper.save(update_fields=["has_motion", "updated_at"])
    return True
