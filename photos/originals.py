"""The originals that are kept, as those meet them who read or remove one: it may be lost, damaged, or its disk away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photos import storage, thumbnails
from photos.errors import OriginalMissing, StorageMissing
from photos.image_types import UnsupportedType
from photos.images import BrokenImage


@contextmanager
def reading(name: str) -> Iterator[Path]:
    """Lend the path of an original to who reads it.

    Raises StorageMissing where its disk is away, OriginalMissing where it alone cannot be read, and BrokenImage where
    other bytes lie in its place.
    """
    try:
        yield storage.path_of(name)
    except UnsupportedType as exc:  # it was an image when it came in
        raise BrokenImage("The file of this photo is damaged: there is no image in it any more.") from exc
    except OSError as exc:
        if not storage.is_mounted():
            raise StorageMissing from exc
        if isinstance(exc, FileNotFoundError | NotADirectoryError | IsADirectoryError):
            raise OriginalMissing from exc
        raise OriginalMissing(f"The file of this photo cannot be read: {exc.strerror}.") from exc


def remove(name: str) -> None:
    """Delete an original and its renditions; those already gone are no error."""
    thumbnails.remove(storage.media_root(), name)
    storage.discard(name)
