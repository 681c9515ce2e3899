"""What files and their surroundings say of a photo, written onto its row; what a person has set stays theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from photos import authorship, originals, walltime
from photos.metadata import Circumstances, Metadata, read_metadata
from photos.metadata.rdf import MOST_BYTES
from photos.metadata.reading import MOST_SIDECARS
from photos.models import Photo, PhotoFace, PhotoFile, PhotoTag
from photos.places import NOWHERE, Place, place_at

_NEVER_EDITED = (
    "camera_make", "camera_model", "lens", "aperture", "shutter", "iso", "focal_length", "focal_length_35mm", "flash",
    "software", "direction", "artist", "copyright",
)  # fmt: skip


def read_file(photo: Photo, now: datetime) -> Callable[[Photo], set[str]]:
    """Read what the photo's file and those beside it say; return what writes it onto the row and names the columns.

    Raises as photos.originals.reading and photos.images.opened do.
    """
    around = Circumstances(photo.original_name, photo.created_at, photo.file_modified_at, photo.folder)
    beside = PhotoFile.objects.filter(photo=photo, kind=PhotoFile.Kind.SIDECAR, inherited_at=None).order_by("-pk")
    sidecars = [_bytes_of(file) for file in beside[:MOST_SIDECARS]]
    with originals.reading(photo.original) as path:
        found = read_metadata(path, around, sidecars)
    # The tables of zones and places are loaded by now, outside any transaction.
    _whereabouts(photo, found)
    found.taken(_position(photo, found), now)

    def write(row: Photo) -> set[str]:
        columns = _columns(row, found, now)
        for name, value in columns.items():
            setattr(row, name, value)
        PhotoFace.objects.put(row, found.facts.faces)
        if "tags" not in row.edited:
            PhotoTag.objects.put_file_words(row, found.facts.keywords)
        return set(columns)

    return write


def _bytes_of(file: PhotoFile) -> bytes:
    with originals.reading(file.stored) as path, path.open("rb") as opened:
        return opened.read(MOST_BYTES)


def _columns(row: Photo, found: Metadata, now: datetime) -> dict[str, Any]:
    """Return by column what is said, but for what a person has set."""
    facts = found.facts
    columns: dict[str, Any] = {name: getattr(facts, name) for name in _NEVER_EDITED}
    if "taken_at" not in row.edited:
        taken = found.taken(_position(row, found), now)
        columns |= {"taken_at": walltime.as_stored(taken.wall), "taken_offset": taken.offset}
        columns["taken_at_source"] = taken.source
    if "location" not in row.edited:
        columns |= {name: getattr(facts, name) for name in ("latitude", "longitude", "altitude")}
        columns |= vars(_whereabouts(row, found))
    columns |= {name: getattr(facts, name) for name in ("title", "rating") if name not in row.edited}
    if "description" not in row.edited:
        columns |= authorship.described_by_file(row, facts.description)
    return columns


def _position(row: Photo, found: Metadata) -> tuple[float, float] | None:
    """Return where the photo was taken, by a person's word where there is one."""
    if "location" not in row.edited:
        return found.position
    return None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)


def _whereabouts(row: Photo, found: Metadata) -> Place:
    """Name the place as the file does where it names a city, else, and for what it leaves out, by the position."""
    facts = found.facts
    there = place_at(*found.position) if found.position and "location" not in row.edited else NOWHERE
    if not facts.city and there != NOWHERE:
        return there
    return Place(facts.city, facts.region or there.region, facts.country or there.country)
