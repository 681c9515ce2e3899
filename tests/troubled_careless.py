"""A story that is told wrong on purpose: rows without bytes are to be noticed."""

from __future__ import annotations

from photos import storage
from photos.models import Photo
from tests.troubled import Story
from tests.troubled_ingest import a_library


def keep_carelessly() -> None:
    """Move a photo's bytes away and back, as a program may that takes nobody to end it meanwhile."""
    path = storage.path_of(Photo.objects.get().original)
    away = path.rename(path.with_name("away"))
    away.rename(path)


STORIES = {"careless": Story(keep_carelessly, lambda _: [], a_library)}
