"""Teaching a word with folders of pictures: those that are not in the library are looked at and not taken in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from rest_framework.exceptions import APIException

from ai.encoders.base import BadVector, Encoder, model_key
from photos import images, storage, teaching
from photos.encoding import current_encoder
from photos.models import OutsideExample, Photo, VocabularyWord
from photos.thumbnails import SIZES


@dataclass(frozen=True)
class Skipped:
    path: Path
    reason: str


@dataclass
class Shown:
    """What was found in a folder: photos of the library, pictures that are in none, and files that are no pictures."""

    photos: int = 0
    outside: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def show(word: VocabularyWord, folder: Path, positive: bool, now: datetime) -> Shown:
    """Say of every picture below the folder that it shows the word, or that it does not.

    Raises EncoderUnavailable, and OSError where the folder cannot be read.
    """
    encoder, shown = current_encoder(), Shown()
    for path in _files(folder):
        try:
            sha256 = storage.sha256_of(path)
            if photos := list(Photo.objects.filter(sha256=sha256, trashed_at=None)):
                shown.photos += len(teaching.mark(word, photos, positive, now))
                continue
            vector = _vector(path, encoder)
        except (OSError, APIException, BadVector) as problem:
            shown.skipped.append(Skipped(path, str(getattr(problem, "detail", problem))))
            continue
        facts = {"positive": positive, "vector": vector}
        OutsideExample.objects.update_or_create(word=word, sha256=sha256, model=model_key(encoder), defaults=facts)
        shown.outside += 1
    return shown


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below the folder in the order of their names, but for hidden ones."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _vector(path: Path, encoder: Encoder) -> np.ndarray:
    """Return what the encoder makes of the picture as it would be seen in the library."""
    picture = images.decode(path, settings.CLOUDZY_MAX_PIXELS, max(SIZES)).image
    return encoder.embed_images([picture])[0]
