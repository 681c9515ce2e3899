"""Files of photos that are merged into one: versions of it, or kept beside it; and how they part again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from photos import versions
from photos.models import Photo, PhotoFile
from photos.versions import PICTURE


def adopted(other: Photo) -> list[PhotoFile]:
    """Return what the files of another photo are to one that keeps them all, that which it shows first; not saved."""
    kind = versions.kind_of(other.original_name, other.format)
    shown = PhotoFile(kind=kind, name=other.original_name, stored=other.original)
    for column in PICTURE:
        setattr(shown, column, getattr(other, column))
    return [shown, *other.files.order_by("pk")]


def inherited(other: Photo, now: datetime | None) -> list[PhotoFile]:
    """Return likewise what is kept beside another photo of the same picture, but for what shows it."""
    files = list(other.files.order_by("pk"))
    for file in files:
        file.inherited_at = now
    return files


def lacking(keeper: Photo, files: Iterable[PhotoFile]) -> list[PhotoFile]:
    """Return those of them whose bytes a photo does not have, each once."""
    has = {keeper.sha256, *keeper.files.values_list("sha256", flat=True)}
    found: dict[str, PhotoFile] = {}
    for file in files:
        if file.sha256 not in has:
            found.setdefault(file.sha256, file)
    return list(found.values())


def keep(keeper: Photo, files: Iterable[PhotoFile], second_names: Mapping[str, str]) -> None:
    """Save files of other photos as files of this one too, under the second names of their bytes.

    The others keep what they have, for as long as they lie in the trash: all share the bytes. To be called inside of a
    transaction that holds them. Raises KeyError where there is no such name.
    """
    for row in files:
        row.pk, row.photo = None, keeper
        row._state.adding = True
        row.stored = second_names[row.stored]
        row.save()
    keeper.has_motion = versions.has_motion(keeper)
    keeper.save(update_fields=["has_motion", "updated_at"])


def part(keeper: Photo, hashes: Sequence[str], shown: str) -> bool:
    """Take files with these hashes from a photo that shows the one with the hash `shown` again, if it is there still.

    Inside of a transaction that holds the photo. False, and nothing done, where what it shows would be lost with them.
    What the others have still is destroyed by none of this, and not recorded so.
    """
    if keeper.sha256 in hashes:
        before = keeper.files.versions().filter(sha256=shown).first()
        if before is None:
            return False
        versions.swap(keeper, before)
    elsewhere = _elsewhere(keeper, hashes)
    for file in keeper.files.filter(sha256__in=hashes):
        if file.sha256 in elsewhere:
            file.give_back()
        else:
            file.delete()
    keeper.has_motion = versions.has_motion(keeper)
    keeper.save(update_fields=["has_motion", "updated_at"])
    return True


def _elsewhere(photo: Photo, hashes: Sequence[str]) -> set[str]:
    """Return which of these hashes other photos of the owner have, be it in the trash."""
    shown = Photo.objects.filter(owner_id=photo.owner_id, sha256__in=hashes).exclude(pk=photo.pk)
    beside = PhotoFile.objects.filter(photo__owner_id=photo.owner_id, sha256__in=hashes).exclude(photo=photo)
    return {*shown.values_list("sha256", flat=True), *beside.values_list("sha256", flat=True)}
