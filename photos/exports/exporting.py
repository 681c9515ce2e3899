"""An export from beginning to end: originals in plain folders, a sidecar beside each, and what takes all of it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from photos import storage
from photos.exports import xmp
from photos.exports.files import OtherBytes, bring, put
from photos.exports.journal import HEADER, RECORDS, Journal, NotForExport
from photos.exports.names import Names, numbered, safe_name, split
from photos.exports.records import FORMAT, records_of, words_of
from photos.grouping import groupings
from photos.models import Photo, PhotoFace, PhotoFile

AT_ONCE = 500
Told = Callable[[int, int], object]  # done, of how many
NAMELESS = "photo"


class Layout(StrEnum):
    DATE = "date"  # 2019/2019-03
    ALBUMS = "albums"  # by the first of its albums, else by date


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
        photos = list(Photo.objects.visible_to(self._owner).filter(pk__in=photo_ids).order_by("pk"))
        records, titles = records_of(photos), self._titles(photo_ids)
        faces = PhotoFace.objects.by_photo(photo_ids)
        for photo in photos:
            record = records[photo.pk]
            try:
                sidecar = xmp.packet(photo, words_of(record), faces.get(photo.pk, ()))
                self._write(photo, record, sidecar, titles.get(photo.pk, ()))
            except OtherBytes:
                self._lacks(photo, "Its file was altered.")
            except FileNotFoundError:
                self._lacks(photo, "Its file is missing.")
            else:
                self._journal.add(record)
                self._remember(record)

    def _lacks(self, photo: Photo, why: str) -> None:
        if Photo.objects.filter(pk=photo.pk).exists():  # else it was deleted meanwhile, with its file
            self._result.lacking[f"{photo.pk}: {photo.original_name}"] = why

    def _titles(self, photo_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        if self._layout is Layout.DATE:
            return {}
        return {pk: titles for grouping in groupings() for pk, titles in grouping.titles(photo_ids).items()}

    def _write(self, photo: Photo, record: dict[str, Any], sidecar: bytes, titles: Sequence[str]) -> None:
        """Write original, sidecar and what belongs to the photo, and note in its record where."""
        place = safe_name(titles[0], "album") if titles else f"{photo.taken_at:%Y/%Y-%m}"
        record["path"] = self._put_original(photo, place)
        target = self._folder / f"{record['path']}.xmp"
        if not target.exists():  # else it was written before a kill
            put(target, sidecar)
        place, _, name = record["path"].rpartition("/")
        for file in record["files"]:
            file["path"] = self._put_beside(file, place, split(name)[0])

    def _put_original(self, photo: Photo, place: str) -> str:
        wanted = safe_name(photo.original_name, NAMELESS)
        if not split(wanted)[1]:
            wanted += Path(photo.original).suffix
        return self._put(photo.original, photo.sha256, place, wanted, ".xmp", photo.file_modified_at)

    def _put_beside(self, file: dict[str, Any], place: str, name: str) -> str:
        """Write a file of the photo by the photo's own name; the sidecars it came with must not be taken for ours."""
        stored, suffix = file.pop("stored"), split(file["name"])[1]
        wanted = f"{name}.original{suffix}" if file["kind"] == PhotoFile.Kind.SIDECAR else f"{name}{suffix}"
        return self._put(stored, file["sha256"], place, wanted)

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
        """Say that all is there: with this file the export is one that can be taken back whole."""
        header = {
            "format": FORMAT,
            "made_at": now.isoformat(timespec="seconds"),
            "version": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
            "owner": self._owner.username,
            "photos": len(self._done),
            "lacking": self._result.lacking,
            "records": RECORDS,
            "records_sha256": self._journal.finish(),
            "groups": {grouping.kind: self._groups(grouping.in_order(self._owner)) for grouping in groupings()},
        }
        put(self._folder / HEADER, json.dumps(header, indent=1).encode() + b"\n")

    def _groups(self, ordered: Iterator[tuple[str, Sequence[int]]]) -> list[dict[str, Any]]:
        """Return title and photos, by their hashes, of each group that has any that were exported."""
        groups = []
        for title, photo_ids in ordered:
            exported = [pk for pk in photo_ids if pk in self._done]
            hashes: dict[int, str] = {}
            for start in range(0, len(exported), AT_ONCE):
                rows = Photo.objects.filter(pk__in=exported[start : start + AT_ONCE])
                hashes |= dict(rows.values_list("pk", "sha256"))
            if hashes:
                groups.append({"title": title, "photos": [hashes[pk] for pk in exported if pk in hashes]})
        return groups


def _refuse_ours(folder: Path) -> None:
    target = folder.resolve()
    for ours in (Path(settings.MEDIA_ROOT).resolve(), Path(settings.CLOUDZY_DATA_DIR).resolve()):
        if target == ours or ours in target.parents or target in ours.parents:
            raise NotForExport(f"{folder} holds the library, or is part of it: export to another place.")
