"""What an export tells of a photo, put onto its row as it was; nothing in it is believed that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError

from photos import teaching
from photos.metadata import Face
from photos.metadata.facts import line
from photos.models import Photo, PhotoFace, PhotoFile, PhotoTag, Tag, TeachingExample
from photos.models.changes import columns_of
from photos.models.tag import normalise_tag
from photos.versions import CHOSEN

# Columns that are put back as they are, when their field takes them.
_PLAIN = (
    "rating", "favorite", "archived", "taken_offset", "taken_at_source", "latitude", "longitude", "altitude", "city",
    "region", "country",
)  # fmt: skip
_TEXTS = ("title", "caption", "description")
_AUTHORED = {"caption", "description"}
_NAME_CHARACTERS = frozenset("._-")


class ExportedStory:
    """One record of an export. Raises ValidationError where it says what cannot be."""

    is_whole = True

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record
        self.files: Sequence[PhotoFile] = ()

    def before(self, photo: Photo) -> None:
        with _nothing_believed():
            self._set_columns(photo, self._record)

    def after(self, photo: Photo) -> None:
        with _nothing_believed():
            self._hang_on(photo)

    def _set_columns(self, photo: Photo, record: dict[str, Any]) -> None:
        for name in _PLAIN:
            field: Any = Photo._meta.get_field(name)
            setattr(photo, name, field.clean(record[name], photo))
        for name, value in columns_of(photo, {name: str(record[name]) for name in _TEXTS}).items():
            setattr(photo, name, value)
        photo.edited = sorted({*Photo.CONTESTED, "tags", CHOSEN} & set(_listed(record["edited"])))
        photo.authors = {str(field): str(by) for field, by in dict(record["authors"]).items() if field in _AUTHORED}
        photo.taken_at = _moment(record["taken_at"]).replace(tzinfo=UTC)
        photo.created_at = _moment(record["created_at"])
        if _is_stored_name(name := str(record["filename"])) and not Photo.objects.filter(filename=name).exists():
            photo.filename = name

    def _hang_on(self, photo: Photo) -> None:
        said = {normalise_tag(str(tag["name"])): tag for tag in _listed(self._record["tags"])}
        tags = Tag.objects.named(name for name in said if name)
        rows = [_tag_of(photo, tag, said[name]) for name, tag in tags.items()]
        PhotoTag.objects.bulk_create(rows)
        for face in _listed(self._record.get("faces", [])):  # exports of before know of none
            PhotoFace.objects.inherit(photo, [_face(face)], _moment(face["inherited_at"]))
        for example in _listed(self._record["examples"]):
            with suppress(ValidationError):  # a word that cannot be taught here
                word = teaching.word_named(str(example["word"]))
                facts = {"positive": bool(example["positive"]), "marked_at": _moment(example["marked_at"])}
                TeachingExample.objects.get_or_create(word=word, photo=photo, defaults=facts)


@contextmanager
def _nothing_believed() -> Iterator[None]:
    """Say of a record that is not made as ours are that it cannot be."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise ValidationError(f"{type(exc).__name__}: {exc}") from exc


def moment_in(text: str | None) -> datetime | None:
    """Read a moment with its offset, None for none; raises ValueError."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _moment(text: str) -> datetime:
    moment = moment_in(text)
    if moment is None:
        raise ValidationError("A moment is missing.")
    return moment


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValidationError(f"{value!r} is no list.")
    return value


def _face(said: dict[str, Any]) -> Face:
    left, top, width, height = (float(said[side]) for side in ("left", "top", "width", "height"))
    if not (0 <= left < left + width <= 1.001 and 0 <= top < top + height <= 1.001):
        raise ValidationError(f"{said!r} is no face on the photo.")
    return Face(line(str(said["name"])), left, top, width, height)


def _tag_of(photo: Photo, tag: Tag, said: dict[str, Any]) -> PhotoTag:
    row = PhotoTag(photo=photo, tag=tag, source=said["source"], model=said["model"], score=said["score"])
    row.rejected = bool(said["rejected"])
    row.clean_fields(exclude=["photo", "tag"])
    row.score = min(1.0, max(0.0, float(row.score)))
    return row


def _is_stored_name(name: str) -> bool:
    """Tell whether it is a name as `photos.names.stored_filename` makes them."""
    letters = all(character.isalnum() or character in _NAME_CHARACTERS for character in name)
    return letters and 0 < len(name.encode()) <= 255 and not name.startswith((".", "-"))
