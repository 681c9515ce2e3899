"""An export from beginning to end: originals in plain folders, a sidecar beside each, and what takes all of it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from photos import storage
from photos.exports.contents import ALTERED, AT_ONCE, MISSING, Item, Layout, header_of, items_of, name_beside
from photos.exports.files import OtherBytes, bring, put
from photos.exports.journal import HEADER, Journal, NotForExport
from photos.exports.names import Names, numbered
from photos.models import Photo

Told = Callable[[int, int], object]  # done, of how many


@dataclass
class Exported:
    photos: int = 0
    lacking: dict[str, str] = field(default_factory=dict)  # what could not be read, by the name of the photo


def export(folder: Path, owner: User, photo_ids: Sequence[int], layout: Layout, now: datetime, told: Told) -> Exported:
    """Write these of the owner's photos into the folder, or go on where that broke off.

    Raises NotForExport for a folder that holds something else, and OSError.
    """
    _refuse_ours(folder)
    journal = Journal(folder, {"owner": owner.username, "layout": str(layout)})
    try:
        return _Export(folder, owner, layout, journal).run(photo_ids, now, told)
    finally:
        journal.close()


class _Export:
    """One run: what is done already it reads from the journal, and writes there what it does."""

    def __init__(self, folder: Path, owner: User, layout: Layout, journal: Journal) -> None:
        self._folder, self._owner, self._layout, self._journal = folder, owner, layout, journal
        self._names = Names()
        self._done: set[int] = set()
        self._result = Exported()

    def run(self, photo_ids: Sequence[int], now: datetime, told: Told) -> Exported:
        for record in self._journal.records():
            self._remember(record)
        wanted = [pk for pk in photo_ids if pk not in self._done]
        for start in range(0, len(wanted), AT_ONCE):
            self._write_some(wanted[start : start + AT_ONCE])
            told(len(photo_ids) - len(wanted) + min(start + AT_ONCE, len(wanted)), len(photo_ids))
        self._result.photos = len(self._done)
        self._finish(now)
        return self._result

    def _remember(self, record: Mapping[str, Any]) -> None:
        self._done.add(record["id"])
        for path in (record["path"], record["path"] + ".xmp", *(file["path"] for file in record["files"])):
            self._names.take(path)

    def _write_some(self, photo_ids: Sequence[int]) -> None:
        for item in items_of(self._owner, photo_ids, self._layout):
            try:
                self._write(item)
            except OtherBytes:
                self._lacks(item.photo, ALTERED)
            except FileNotFoundError:
                self._lacks(item.photo, MISSING)
            else:
                self._journal.add(item.record)
                self._remember(item.record)

    def _lacks(self, photo: Photo, why: str) -> None:
        if Photo.objects.filter(pk=photo.pk).exists():  # else it was deleted meanwhile, with its file
            self._result.lacking[f"{photo.pk}: {photo.original_name}"] = why

    def _write(self, item: Item) -> None:
        """Write original, sidecar and what belongs to the photo, and note in its record where."""
        photo, record = item.photo, item.record
        modified_at = photo.file_modified_at
        record["path"] = self._put(photo.original, photo.sha256, item.place, item.name, ".xmp", modified_at)
        target = self._folder / f"{record['path']}.xmp"
        if not target.exists():  # else it was written before a kill
            put(target, item.sidecar)
        for file in record["files"]:
            name = name_beside(file, record["path"])
            file["path"] = self._put(file.pop("stored"), file["sha256"], item.place, name)

    def _put(
        self, stored: str, sha256: str, place: str, wanted: str, beside: str = "", modified_at: datetime | None = None
    ) -> str:
        """Copy a file of the library to the first free name; one that a kill has left there is what it should be."""
        for name in numbered(wanted):
            names = [name, f"{name}{beside}"] if beside else [name]
            if not self._names.are_free(place, names):
                continue
            target = self._folder / place / name
            if not target.exists():
                bring(storage.path_of(stored), target, sha256, modified_at)
            elif storage.sha256_of(target) != sha256:
                continue
            for each in names:
                self._names.take(f"{place}/{each}")
            return f"{place}/{name}"
        raise AssertionError

    def _finish(self, now: datetime) -> None:
        header = header_of(self._owner, self._done, self._result.lacking, self._journal.finish(), now)
        put(self._folder / HEADER, header)


def _refuse_ours(folder: Path) -> None:
    target = folder.resolve()
    for ours in (Path(settings.MEDIA_ROOT).resolve(), Path(settings.CLOUDZY_DATA_DIR).resolve()):
        if target == ours or ours in target.parents or target in ours.parents:
            raise NotForExport(f"{folder} holds the library, or is part of it: export to another place.")
