"""Rows and users for tests: photos with real files, made in one line."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone

from accounts.local import local_owner
from accounts.models import User
from ai.encoders.base import model_key
from ai.loading import get_encoder
from photos import embeddings
from photos.models import Photo, PhotoFile, Stage
from photos.tests.pictures import jpeg

_numbers = itertools.count(1)


def make_photo(
    owner: User | None = None,
    embedding: np.ndarray | None = None,
    tags: Iterable[str] = (),
    trashed: bool = False,
    model: str = "",
    **fields: Any,
) -> Photo:
    """Save an analysed photo with a tiny original of its own; further fields as the model names them."""
    number = next(_numbers)
    added = timezone.now() + timedelta(microseconds=number)
    data = jpeg(size=(8, 6), comment=f"{number:09}")  # photos made alike are of one size
    values = {
        "owner": owner or local_owner(),
        "filename": f"made_{number}.jpg",
        "original_name": f"made {number}.jpg",
        "image": f"originals/00/{number:032x}.jpg",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "format": "jpeg",
        "width": 8,
        "height": 6,
        "created_at": added,
        "taken_at": added,
        "status": Photo.Status.READY,
        "trashed_at": added if trashed else None,
    }
    photo = Photo(**values | fields)
    _write(photo.original, data)
    photo.save()
    if embedding is not None:
        unit = np.asarray(embedding, dtype=np.float32)
        embeddings.put_vector(photo, unit / np.linalg.norm(unit), model or model_key(get_encoder()))
    done = Stage.Status.DONE
    Stage.objects.bulk_create(
        Stage(photo=photo, name=name, status=done, version=Stage.VERSIONS.get(name)) for name in Stage.QUICK
    )
    if tags:
        photo.add_tags(tags)
    return photo


def make_version(photo: Photo, kind: PhotoFile.Kind = PhotoFile.Kind.ORIGINAL, **fields: Any) -> PhotoFile:
    """Save another file of a photo, a blue JPEG with bytes of its own."""
    number = next(_numbers)
    data = jpeg(size=(10, 6), colour="blue", comment=f"{number}")
    values = {
        "photo": photo,
        "kind": kind,
        "name": f"version {number}.jpg",
        "stored": f"originals/00/{number:032x}.jpg",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "format": "jpeg",
        "width": 10,
        "height": 6,
    }
    file = PhotoFile(**values | fields)
    _write(file.stored, data)
    file.save()
    return file


def make_user(name: str, **fields: Any) -> User:
    return User.objects.create_user(name, password=f"the password of {name}", **fields)


def at(text: str) -> datetime:
    """Read `2024-05-01 12:00` as a moment on a clock that shows UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def _write(name: str, data: bytes) -> None:
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (Path(settings.MEDIA_ROOT) / ".cloudzy").touch()
