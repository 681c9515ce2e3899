"""What is in an export, wherever it is written to: how files are called, what is said of them, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import storage
from photos.exports import xmp
from photos.exports.journal import RECORDS
from photos.exports.names import safe_name, split
from photos.exports.records import FORMAT, records_of, words_of
from photos.grouping import groupings
from photos.metadata.faces import Stored
from photos.metadata.reading import read_stored
from photos.models import Photo, PhotoFace, PhotoFile

AT_ONCE = 500
NAMELESS = "photo"
ALTERED, MISSING = "Its file was altered.", "Its file is missing."


class Layout(StrEnum):
    DATE = "date"  # 2019/2019-03
    ALBUMS = "albums"  # by the first of its albums, else by date


@dataclass(frozen=True)
class Item:
    """A photo that is to be written, with its record, which lacks the paths yet, its sidecar and its folder."""

    photo: Photo
    record: dict[str, Any]
    sidecar: bytes
    place: str

    @property
    def name(self) -> str:
        wanted = safe_name(self.photo.original_name, NAMELESS)
        return wanted if split(wanted)[1] else wanted + Path(self.photo.original).suffix


def items_of(owner: User, photo_ids: Sequence[int], layout: Layout) -> Iterator[Item]:
    """Yield those of these photos, AT_ONCE at most, that are the owner's and not in the trash."""
    photos = list(Photo.objects.visible_to(owner).filter(pk__in=photo_ids).order_by("pk"))
    records, titles, faces = records_of(photos), _titles(photo_ids, layout), PhotoFace.objects.by_photo(photo_ids)
    for photo in photos:
        record, found = records[photo.pk], faces.get(photo.pk, ())
        sidecar = xmp.packet(photo, words_of(record), found, _stored(photo) if found else None)
        yield Item(photo, record, sidecar, _place(photo, titles.get(photo.pk, ())))


def name_beside(file: Mapping[str, Any], path: str) -> str:
    """Return how a file of the photo that is at this path is called: by the photo's name.

    The sidecars it came with must not be taken for ours.
    """
    name, suffix = split(path.rpartition("/")[2])[0], split(file["name"])[1]
    return f"{name}.original{suffix}" if file["kind"] == PhotoFile.Kind.SIDECAR else f"{name}{suffix}"


def header_of(
    owner: User, done: Collection[int], lacking: Mapping[str, str], records_sha256: str, now: datetime
) -> bytes:
    """Return the file that says that all is there: with it an export is one that can be taken back whole."""
    header = {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "version": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "owner": owner.username,
        "photos": len(done),
        "lacking": lacking,
        "records": RECORDS,
        "records_sha256": records_sha256,
        "groups": {grouping.kind: _groups(grouping.in_order(owner), done) for grouping in groupings()},
    }
    return json.dumps(header, indent=1).encode() + b"\n"


def _stored(photo: Photo) -> Stored | None:
    try:
        return read_stored(storage.path_of(photo.original))
    except (OSError, APIException):  # what ails the file is told when its bytes are read
        return None


def _titles(photo_ids: Sequence[int], layout: Layout) -> Mapping[int, Sequence[str]]:
    if layout is Layout.DATE:
        return {}
    return {pk: titles for grouping in groupings() for pk, titles in grouping.titles(photo_ids).items()}


def _place(photo: Photo, titles: Sequence[str]) -> str:
    return safe_name(titles[0], "album") if titles else f"{photo.taken_at:%Y/%Y-%m}"


def _groups(ordered: Iterator[tuple[str, Sequence[int]]], done: Collection[int]) -> list[dict[str, Any]]:
    """Return title and photos, by their hashes, of each group that has any that were exported."""
    groups = []
    for title, photo_ids in ordered:
        exported = [pk for pk in photo_ids if pk in done]
        hashes: dict[int, str] = {}
        for start in range(0, len(exported), AT_ONCE):
            rows = Photo.objects.filter(pk__in=exported[start : start + AT_ONCE])
            hashes |= dict(rows.values_list("pk", "sha256"))
        if hashes:
            groups.append({"title": title, "photos": [hashes[pk] for pk in exported if pk in hashes]})
    return groups
