"""The end of the trash: what lies there longer than CLOUDZY_TRASH_DAYS is deleted for good, after one more look."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.record import Actor, Where, acting
from photos import storage
from photos.models import Photo, PhotoFile

logger = logging.getLogger(__name__)

AT_ONCE = 100
_staying: set[int] = set()  # what this process found must stay: not read again and again, and in nobody's way
BY_TIME = Actor("", Where.PURGE)


def purge_expired(now: datetime) -> int:
    """Delete for good what expired in the trash, the oldest hundred at most; return how many photos went.

    One whose file is not the one that was put there stays, and so does all of it where the disk is away or read-only.
    """
    if not settings.CLOUDZY_TRASH_DAYS:
        return 0
    before = now - timedelta(days=settings.CLOUDZY_TRASH_DAYS)
    expired = list(Photo.objects.in_trash_since(before).exclude(pk__in=_staying).values_list("pk", flat=True)[:AT_ONCE])
    if not (expired and storage.lets_go()):
        return 0
    return sum(_purge(pk, before) for pk in expired)


def _purge(pk: int, before: datetime) -> bool:
    photo = Photo.objects.in_trash_since(before).filter(pk=pk).first()
    if photo is None:
        return False
    if reason := _reason_to_stay(photo):
        _staying.add(pk)
        logger.warning("photo %d stays in the trash: %s", pk, reason)
        return False
    seen = _states(photo)
    with transaction.atomic(), acting(BY_TIME):
        # Looked at again while nobody can change it: it may have been restored, or its file put back, meanwhile.
        held = Photo.objects.select_for_update().in_trash_since(before).filter(pk=pk).first()
        if held is None or _states(held) != seen:
            return False
        held.delete()
    return True


def _reason_to_stay(photo: Photo) -> str:
    """Say why one of its files may not go, or ""; one that has gone already is no reason."""
    kept = [(photo.original, photo.sha256), *photo.files.values_list("stored", "sha256")]
    return next(filter(None, (_reason_to_keep(photo, name, sha256) for name, sha256 in kept)), "")


def _reason_to_keep(photo: Photo, name: str, sha256: str) -> str:
    path = storage.path_of(name)
    if path.is_symlink() or not path.resolve().is_relative_to((storage.media_root() / storage.ORIGINALS).resolve()):
        return "its file lies outside the originals"
    others = (Photo.objects.filter(image=name).exclude(pk=photo.pk), PhotoFile.objects.filter(stored=name))
    if others[0].exists() or others[1].exclude(photo=photo).exists():
        return "its file is another photo's too"
    try:
        return "" if storage.sha256_of(path) == sha256 else "its file is not the one that was uploaded"
    except FileNotFoundError:
        return ""
    except OSError as exc:
        return f"its file cannot be read: {exc.strerror}"


def _states(photo: Photo) -> dict[str, tuple[int, int, int] | None]:
    names = [photo.original, *photo.files.values_list("stored", flat=True)]
    return {name: _state(storage.path_of(name)) for name in names}


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
