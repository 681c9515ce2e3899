"""What a person's decisions mean in the columns of a photo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ai.plaintext import many_lines, one_line
from photos import walltime
from photos.metadata import DESCRIPTION_LENGTH, LINE_LENGTH
from photos.places import NOWHERE, place_at

if TYPE_CHECKING:
    from photos.models.photo import Photo

# Text comes in by form, script and admin: whatever turns or hides writing is taken out here, once for all of them.
_TEXTS = {
    "title": partial(one_line, limit=LINE_LENGTH),
    "caption": partial(many_lines, limit=DESCRIPTION_LENGTH),
    "description": partial(many_lines, limit=DESCRIPTION_LENGTH),
}
_AXES = ("latitude", "longitude", "altitude")


def columns_of(photo: Photo, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return by column what it means to set these of `Photo.EDITABLE` on the photo; `None` clears."""
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        columns |= _columns(photo, name, value)
    return columns


def _columns(photo: Photo, name: str, value: Any) -> dict[str, Any]:
    if name == "taken_at":
        return _taken(photo, value)
    if name == "location":
        return _location(value or {})
    if name in _TEXTS:
        return {name: _TEXTS[name](value or "")}
    return {name: value if name == "rating" else bool(value)}


def _location(position: Mapping[str, Any]) -> dict[str, Any]:
    """Return a position with the names of its place, and no names for none."""
    axes = {axis: position.get(axis) for axis in _AXES}
    place = place_at(position["latitude"], position["longitude"]) if position else NOWHERE
    return axes | vars(place)


def _taken(photo: Photo, moment: datetime | None) -> dict[str, Any]:
    source = photo.DateSource.HUMAN if moment else photo.DateSource.UPLOAD
    moment = moment or photo.created_at
    return {
        "taken_at": walltime.as_stored(moment),
        "taken_offset": walltime.offset_of(moment),
        "taken_at_source": source,
    }
