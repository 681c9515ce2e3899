"""What Google Photos tells of a photo or an album, read out of JSON that nobody has to believe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime, timedelta
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

from rest_framework.exceptions import APIException

from ai.jsontext import read_json
from ai.plaintext import many_lines, one_line
from photos import zones
from photos.arrival import Arrival, Sidecar
from photos.exports import xmp
from photos.metadata import DESCRIPTION_LENGTH, LINE_LENGTH, Circumstances, DateSource, read_metadata
from photos.metadata.filenames import date_in_name
from photos.metadata.moments import FIRST_YEAR
from photos.models import Photo, PhotoFile
from photos.version_names import VersionName

LARGEST = 4 * 2**20
_OF_THE_FILE = (DateSource.EXIF, DateSource.XMP, DateSource.IPTC, DateSource.GPS)
# Folders that Google makes for every year, as its languages call them: "Photos from 2019", "Fotos von 2019".
_YEAR = re.compile(
    r"(photos?|fotos?|foto's|photographies|bilder|zdjęcia|fotografie|valokuvat|фото\w*)\W.*(19|20)\d\d", re.I
)


@dataclass(frozen=True)
class Notes:
    """What Google tells of one photo."""

    title: str  # the whole name of its file
    description: str = ""
    taken_at: datetime | None = None  # UTC, naive
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    people: Sequence[str] = ()
    favorite: bool = False
    archived: bool = False
    trashed: bool = False


class GoogleStory:
    """What a person decided about a photo at Google's."""

    is_whole = False
    files: Sequence[PhotoFile] = ()

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def before(self, photo: Photo) -> None:
        photo.favorite, photo.archived = self._notes.favorite, self._notes.archived

    def after(self, photo: Photo) -> None:
        """Nothing hangs on the row: the rest comes by the sidecar."""


def notes_in(data: bytes | None) -> Notes | None:
    """Read what a JSON file tells of a photo; None for what tells of something else."""
    said = _json(data)
    if not isinstance(said, dict) or not isinstance(said.get("photoTakenTime"), dict):
        return None
    latitude, longitude, altitude = _position(said)
    people = said.get("people") if isinstance(said.get("people"), list) else []
    names = [one_line(str(one.get("name") or ""), LINE_LENGTH) for one in people or () if isinstance(one, dict)]
    return Notes(
        title=one_line(str(said.get("title") or ""), LINE_LENGTH),
        description=many_lines(str(said.get("description") or ""), DESCRIPTION_LENGTH),
        taken_at=_moment(said["photoTakenTime"].get("timestamp")),
        latitude=latitude,
        longitude=longitude,
        altitude=altitude,
        people=[name for name in dict.fromkeys(names) if name],
        favorite=said.get("favorited") is True,
        archived=said.get("archived") is True,
        trashed=said.get("trashed") is True,
    )


def album_title_in(data: bytes | None) -> str | None:
    """Return the title of the album a JSON file tells of, "" for one without; None where it tells of none."""
    said = _json(data)
    if not isinstance(said, dict) or "photoTakenTime" in said:
        return None
    album = said.get("albumData") if isinstance(said.get("albumData"), dict) else said
    title = (album or {}).get("title")
    if not isinstance(title, str):
        return None
    title = one_line(title, LINE_LENGTH)
    return "" if _YEAR.fullmatch(title) else title


def sidecar_of(notes: Notes, path: Path, name: str, now: datetime) -> bytes:
    """Return the notes on the file at `path`, called `name`, as XMP.

    Date and position are left out where the file itself has them: Google's are made of those. A moment in UTC becomes
    what a clock on the wall showed, by the zone of the place or by a name such as IMG_20190521_104552; where neither is
    known it stays in UTC. Raises as read_metadata, and OSError.
    """
    found = read_metadata(path, Circumstances(notes.title or name, now))
    photo = Photo(description=notes.description, taken_at_source=DateSource.UPLOAD)
    position = found.position
    if position is None and notes.latitude is not None and notes.longitude is not None:
        photo.latitude, photo.longitude, photo.altitude = notes.latitude, notes.longitude, notes.altitude
        position = notes.latitude, notes.longitude
    if notes.taken_at and found.taken(position, now).source not in _OF_THE_FILE:
        wall = _wall_of(notes.taken_at, position, notes.title or name)
        photo.taken_at, photo.taken_offset = wall, int((wall - notes.taken_at).total_seconds() // 60)
        photo.taken_at_source = DateSource.SIDECAR
    return xmp.packet(photo, notes.people)


def with_notes(arrival: Arrival, notes: Notes, at: Path, name: str, now: datetime) -> Arrival:
    """Add what Google tells of the file at this path, called `name`; nothing where the file cannot be read.

    The door will say then what is wrong with it.
    """
    try:
        packet = sidecar_of(notes, at, name, now)
    except (OSError, APIException):
        return arrival
    sidecars = (*arrival.sidecars, Sidecar(f"{name}.google.xmp", packet))
    return replace(arrival, sidecars=sidecars, story=GoogleStory(notes))


def whole_name(name: str, notes: Notes) -> str:
    """Return the whole name of a file that Google has cut or numbered; an edited one keeps its own."""
    path = PurePosixPath(name)
    is_cut = notes.title.startswith(path.stem.partition("(")[0])
    is_cut = is_cut and PurePosixPath(notes.title).suffix.lower() == path.suffix.lower()
    return notes.title if is_cut and not VersionName.of(name).is_edited else name


def _wall_of(utc: datetime, position: tuple[float, float] | None, name: str) -> datetime:
    if position and (there := zones.here(*position)):
        return utc.replace(tzinfo=UTC).astimezone(there).replace(tzinfo=None, fold=0)
    named = date_in_name(name)
    if named and not named.is_utc:
        # The clock of the camera, if it is a zone away from UTC and not more.
        away = named.wall.replace(microsecond=0) - utc
        quarters = round(away / timedelta(minutes=15))
        if abs(away - quarters * timedelta(minutes=15)) <= timedelta(seconds=2) and -48 <= quarters <= 56:
            return utc + quarters * timedelta(minutes=15)
    return utc


def _json(data: bytes | None) -> Any:
    try:
        return read_json(data) if data is not None else None
    except ValueError:
        return None


def _moment(seconds: Any) -> datetime | None:
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=int(seconds))
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year < MAXYEAR else None


def _position(said: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Return where a person or Google's map puts it, else what Google read in the file; 0, 0 stands for nowhere."""
    for name in ("geoData", "geoDataExif"):
        place = said.get(name) if isinstance(said.get(name), dict) else {}
        latitude, longitude, altitude = (_number(place, key) for key in ("latitude", "longitude", "altitude"))
        if latitude is None or longitude is None or latitude == longitude == 0:
            continue
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude, altitude if altitude and -500 < altitude < 20_000 else None
    return None, None, None


def _number(said: dict[str, Any] | None, key: str) -> float | None:
    value = (said or {}).get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
