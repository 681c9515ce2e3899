"""What a person changes about a photo. Admin, API and pages come here, so that a change means the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from photos import pipeline, storage, thumbnails
from photos.models import Photo, Stage

TOLD_BY_CAPTION = {"tags", "taken_at"}


def edit_photo(photo: Photo, changes: Mapping[str, Any], now: datetime) -> None:
    """Apply a person's changes: those of `Photo.edit`, and `tags`, which is the whole list from now on.

    A caption the machine wrote follows, so that it never tells of a tag the person has rejected.
    """
    fields = {name: value for name, value in changes.items() if name != "tags"}
    with transaction.atomic():
        if fields:
            photo.edit(fields)
        if "tags" in changes:
            photo.set_tags(changes["tags"] or [])
    if TOLD_BY_CAPTION & set(changes):
        retell(photo, now)


def retag(photo: Photo, change: Callable[[Photo, Iterable[str]], None], names: Iterable[str], now: datetime) -> None:
    """Add or remove tags (`Photo.add_tags`, `Photo.remove_tags`) and let the machine's caption follow."""
    change(photo, names)
    retell(photo, now)


def retell(photo: Photo, now: datetime) -> None:
    """Write the machine's caption anew from the tags and date as they are now; a person's caption stays."""
    pipeline.repeat(photo, now, [Stage.Name.CAPTION])
    photo.refresh_from_db(fields=["caption", "status", "error", "updated_at"])


def purge(photo: Photo) -> None:
    """Delete a photo for good: its row, and once that is certain its bytes."""
    name = photo.original
    with transaction.atomic():
        photo.delete()
        transaction.on_commit(lambda: _remove_files(name))


def _remove_files(name: str) -> None:
    thumbnails.remove(storage.media_root(), name)
    storage.discard(name)
