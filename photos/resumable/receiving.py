"""Uploads that come in pieces: each begins with a row, grows as a file, and ends as a photo or with a reason why not.

A crash at any point leaves what has arrived, and the next request, or a worker, goes on from there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import quotas, storage, waiting
from photos.archives.tasks import take_in
from photos.arrival import Arrival
from photos.companions import FilmWithoutPhoto
from photos.errors import ChecksumMismatch, EmptyFile, FileTooLarge
from photos.images import BrokenImage
from photos.models import ArchiveImport, IncomingUpload
from photos.models.incoming import LIFETIME, MAX_UNFINISHED
from photos.resumable import partial, told
from photos.resumable.errors import BeyondLength, OffsetMismatch, TooManyUploads, UploadGone
from photos.resumable.partial import Checksum, HeldFile, Read
from photos.spool import FileInPlace
from photos.tasks import hurry
from photos.uploads import Accepted, accept_upload

MAX_TRIES = 3


@dataclass(frozen=True)
class Piece:
    """The body of one request: where it belongs, how long it says it is, how to read it, and what proves it."""

    offset: int
    announced: int
    read: Read
    checksum: Checksum | None = None


def longest_of(kind: str) -> int:
    megabytes = settings.CLOUDZY_MAX_ARCHIVE_MB if kind == told.ARCHIVE else settings.CLOUDZY_MAX_UPLOAD_MB
    return int(megabytes) * 2**20


def begin(owner: User, length: int, metadata: str, now: datetime) -> IncomingUpload:
    """Make room for an upload of so many bytes.

    Raises ValidationError, EmptyFile, FileTooLarge, QuotaExceeded, TooManyUploads, StorageMissing or DiskFull.
    """
    limit = longest_of(told.read(metadata).kind)
    if length == 0:
        raise EmptyFile
    if length > limit:
        raise FileTooLarge(limit)
    pk = uuid.uuid4()
    partial.create(pk)
    with ExitStack() as undo:
        undo.callback(partial.remove, pk)
        with transaction.atomic():
            # An archive that waits counts for what comes after it; its own photos count when they have come.
            quotas.hold(owner, length + ArchiveImport.objects.open().filter(owner=owner).total_bytes())
            if IncomingUpload.objects.filter(owner=owner).unfinished().count() >= MAX_UNFINISHED:
                raise TooManyUploads(MAX_UNFINISHED)
            upload = IncomingUpload.objects.create(
                id=pk, owner=owner, length=length, metadata=metadata, created_at=now, expires_at=now + LIFETIME
            )
        undo.pop_all()
    return upload


@dataclass(frozen=True)
class Received:
    """How many bytes are here, and what has just become of them, if they were the last."""

    offset: int
    accepted: Accepted | None = None


def look_at(upload: IncomingUpload, now: datetime) -> int:
    """Return how many of its bytes are here. One that is complete and was left behind becomes a photo first.

    Raises UploadGone, UploadLocked, and as accept_upload.
    """
    with _lent(upload, now) as file:
        if file is None:
            return upload.length
        _settle(upload, file, now, queued=True)
        return upload.length if upload.finished_at else file.size


def receive(upload: IncomingUpload, piece: Piece, now: datetime, queued: bool = True) -> Received:
    """Add a piece. With the last one it becomes a photo; `queued` leaves its analysis to a worker.

    Raises OffsetMismatch, BeyondLength, PartMismatch, ParseError for a body that broke off, as look_at, and DiskFull.
    """
    with _lent(upload, now) as file:
        size = upload.length if file is None else file.size
        if piece.offset != size:
            raise OffsetMismatch(size)
        if piece.announced > upload.length - size:
            raise BeyondLength(upload.length)
        if file is None:
            return Received(size)
        file.append(piece.read, piece.announced, piece.checksum)
        upload.live_on(now)
        return Received(size + piece.announced, _settle(upload, file, now, queued))


def terminate(upload: IncomingUpload, now: datetime) -> None:
    """Forget an upload and delete what has come of it; a photo that was made of it stays. Raises as look_at."""
    pk = upload.pk
    with _lent(upload, now):
        upload.delete()
        partial.remove(pk)


@contextmanager
def _lent(upload: IncomingUpload, now: datetime) -> Iterator[HeldFile | None]:
    """Lend the file of an upload while nobody else can change it; None where it has become a photo.

    Raises UploadGone, UploadLocked, StorageMissing, DoesNotExist.
    """
    with ExitStack() as stack:
        file = None
        if upload.is_unfinished:
            with suppress(UploadGone):  # perhaps it has just become a photo
                file = stack.enter_context(partial.held(upload.pk))
            upload.refresh_from_db()
        if upload.finished_at and (upload.photo_id or upload.archive_id):
            yield None
        elif file is None or upload.refusal or upload.expires_at <= now:
            raise UploadGone(upload.refusal or None)
        else:
            yield file


def _settle(upload: IncomingUpload, file: HeldFile, now: datetime, queued: bool) -> Accepted | None:
    """Make a photo of an upload that is complete; what cannot become one is told so and its bytes go.

    A film whose photo has not come stays as it is, and waits.
    """
    if file.size < upload.length:
        return None
    with file.trying() as lost:
        try:
            if lost >= MAX_TRIES:
                raise BrokenImage("Whoever read this file came to an end over it, three times.")
            accepted = _accept(upload, file, now, queued)
        except APIException as exc:
            if exc.status_code < 500:  # the file's fault, and so it will be next time
                upload.refuse(str(exc.detail))
                partial.remove(upload.pk)
            raise
    if upload.finished_at:
        partial.remove(upload.pk)
    return accepted


def _accept(upload: IncomingUpload, file: HeldFile, now: datetime, queued: bool) -> Accepted | None:
    said = told.read(upload.metadata)
    if said.kind == told.ARCHIVE:
        if said.sha256 and storage.sha256_of(file.path) != said.sha256:
            raise ChecksumMismatch
        take_in(upload, said.name, now)
        return None
    arrival = Arrival(said.modified_at, said.folder)
    with FileInPlace(file.path, said.name) as whole:
        try:
            accepted = accept_upload(whole, upload.owner, now, said.sha256, queued, arrival, counted=upload.length)
        except FilmWithoutPhoto:
            if not upload.waits_for:
                upload.wait_for(waiting.photo_of(said.name))
            return None
    if queued and accepted.created:
        hurry(accepted.photo.pk)
    upload.finish(accepted.photo, now, duplicate=not accepted.created, restored=accepted.restored)
    return accepted
