"""All that a library knows of a photo and that its file does not say, as JSON: what it takes to have it again.

What every analysis finds again (vectors, renditions, colours, text in the picture) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from photos.models import Photo, PhotoFace, PhotoFile, PhotoTag, TeachingExample

FORMAT = 1
# The columns that are kept as they are; moments are written beside them.
COLUMNS = (
    "filename", "original_name", "folder", "title", "caption", "description", "rating", "favorite", "archived",
    "edited", "authors", "taken_offset", "taken_at_source", "latitude", "longitude", "altitude", "city", "region",
    "country",
)  # fmt: skip
MOMENTS = ("taken_at", "created_at", "file_modified_at")
TAG_FIELDS = ("name", "source", "model", "score", "rejected")
FILE_FIELDS = ("kind", "name", "sha256", "bytes")


def records_of(photos: Sequence[Photo]) -> dict[int, dict[str, Any]]:
    """Return by photo its record, without paths; a constant number of queries."""
    ids = [photo.pk for photo in photos]
    records = {photo.pk: _columns(photo) | {"tags": [], "files": [], "faces": [], "examples": []} for photo in photos}
    tags = PhotoTag.objects.filter(photo__in=ids).order_by("photo", "pk")  # their order is that of the page
    for photo_id, *values in tags.values_list("photo_id", "tag__name", "source", "model", "score", "rejected"):
        records[photo_id]["tags"].append(dict(zip(TAG_FIELDS, values, strict=True)))
    for file in PhotoFile.objects.filter(photo__in=ids).order_by("photo", "pk"):
        said = {name: getattr(file, name) for name in FILE_FIELDS} | {"inherited_at": _written(file.inherited_at)}
        records[file.photo_id]["files"].append(said | {"stored": file.stored})
    for face in PhotoFace.objects.filter(photo__in=ids).exclude(inherited_at=None).order_by("photo", "pk"):
        said = vars(face.marked) | {"inherited_at": _written(face.inherited_at)}
        records[face.photo_id]["faces"].append(said)
    examples = TeachingExample.objects.filter(photo__in=ids).order_by("photo", "word__word")
    for photo_id, word, positive, marked_at in examples.values_list("photo_id", "word__word", "positive", "marked_at"):
        said = {"word": word, "positive": positive, "marked_at": marked_at.isoformat()}
        records[photo_id]["examples"].append(said)
    return records


def words_of(record: Mapping[str, Any]) -> list[str]:
    """Return the keywords that people and the file gave a photo; what machines guessed is theirs."""
    machine = PhotoTag.Source.MACHINE
    return [tag["name"] for tag in record["tags"] if tag["source"] != machine and not tag["rejected"]]


def _columns(photo: Photo) -> dict[str, Any]:
    record = {"id": photo.pk, "sha256": photo.sha256, "bytes": photo.bytes}
    record |= {name: getattr(photo, name) for name in COLUMNS}
    return record | {name: _written(getattr(photo, name)) for name in MOMENTS}


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
