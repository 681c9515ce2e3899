"""What becomes of uploads nobody comes back for: complete ones become photos, others expire."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from rest_framework.exceptions import APIException

from photos import storage, waiting
from photos.models import ArchiveImport, IncomingUpload
from photos.models.incoming import LIFETIME
from photos.resumable import partial, receiving
from photos.resumable.errors import UploadGone, UploadLocked

logger = logging.getLogger(__name__)

AT_ONCE = 100
AGE_OF_LEFTOVERS = timedelta(hours=48)  # of a file that no row names: the client heard nothing good of it
ATTENDED = timedelta(minutes=1)  # how long a complete upload is left to the request that completed it


def take_in_complete(now: datetime) -> int:
    """Make photos of uploads whose last byte is here and whose process died before it could; return how many."""
    if not storage.is_mounted():
        return 0
    quiet_since = now - ATTENDED + LIFETIME  # each piece puts the end off
    waiting = IncomingUpload.objects.unfinished().filter(waits_for="", expires_at__gt=now, expires_at__lt=quiet_since)
    return sum(_take_in(upload, now) for upload in waiting.iterator() if _is_complete(upload))


def _is_complete(upload: IncomingUpload) -> bool:
    try:
        return partial.path_of(upload.pk).stat().st_size >= upload.length
    except OSError:
        return False


def _take_in(upload: IncomingUpload, now: datetime) -> bool:
    try:
        return receiving.look_at(upload, now) == upload.length
    except (UploadLocked, IncomingUpload.DoesNotExist):
        return False
    except APIException as exc:
        logger.warning("upload %s of %s became no photo: %s", upload.pk, upload.owner, exc.detail)
        return False


def settle(films: Iterable[IncomingUpload], now: datetime) -> int:
    """Join films that wait to their photos, where those are there; return how many."""
    if not storage.is_mounted():
        return 0
    return sum(_take_in(upload, now) and upload.finished_at is not None for upload in films)


def expire(now: datetime) -> int:
    """Delete uploads whose time is over, the oldest hundred at most, and files that none has; return how many went."""
    if not storage.is_mounted():
        return 0
    gone = sum(_expire(upload, now) for upload in IncomingUpload.objects.expired(now)[:AT_ONCE])
    for path in _leftovers(now):
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def _expire(upload: IncomingUpload, now: datetime) -> bool:
    with ExitStack() as holding:
        try:
            with suppress(UploadGone):  # what has ended has no file any more
                holding.enter_context(partial.held(upload.pk))
        except UploadLocked:
            return False
        # Once more by the time: a piece may have come between.
        gone = IncomingUpload.objects.filter(pk=upload.pk).expired(now)
        if upload.waits_for and upload.is_unfinished:  # a person is to hear of it for one more day
            ended: int = gone.update(refusal=waiting.NEVER_CAME, expires_at=now + LIFETIME)
        else:
            ended, _ = gone.delete()
        if ended:
            partial.remove(upload.pk)
    return bool(ended)


def _leftovers(now: datetime) -> Iterator[Path]:
    live = {pk.hex for pk in IncomingUpload.objects.unfinished().values_list("pk", flat=True)}
    live |= {Path(name).stem for name in ArchiveImport.objects.open().values_list("stored", flat=True)}
    before = (now - AGE_OF_LEFTOVERS).timestamp()
    for path in sorted((storage.media_root() / storage.INCOMING).glob("*")):
        with suppress(FileNotFoundError):
            if path.is_file() and _stem(path) not in live and storage.touched_at(path) < before:
                yield path


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]
