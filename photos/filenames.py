"""The names under which photos are told in the API, each only once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from photos.errors import NameTaken
from photos.models import Photo
from photos.names import stored_filename

_TRIES = 5


def filenames(original: str, extension: str, now: datetime) -> Iterator[str]:
    """Yield names that fit a file of this name, the shortest first; each may be taken."""
    for suffix in ["", *(f"_{secrets.token_hex(3)}" for _ in range(_TRIES - 1))]:
        yield stored_filename(original, extension, now, suffix)


def free_filename(original: str, extension: str, now: datetime) -> str:
    """Return a name that no photo has just now; raises NameTaken."""
    for name in filenames(original, extension, now):
        if not Photo.objects.filter(filename=name).exists():
            return name
    raise NameTaken
