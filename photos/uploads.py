"""The one door: nothing else makes a photo."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, UnreadablePostError
from django.utils.datastructures import MultiValueDict

from photos import images, quotas, storage, versions, waiting
from photos.accepted import Accepted, already_there
from photos.arrival import Arrival, Story
from photos.beside import keep_sidecar
from photos.companions import FilmWithoutPhoto, accept_companion
from photos.errors import ChecksumMismatch, NameTaken, NoFile, TooManyFiles
from photos.filenames import filenames
from photos.image_types import UnsupportedType
from photos.images import Decoded
from photos.models import Photo, PhotoFile, Stage
from photos.names import clean_folder, clean_name
from photos.picture_columns import picture_columns
from photos.spool import spool
from photos.tasks import analyse_photo
from photos.thumbnails import SIZES
from photos.version_names import VersionName
from photos.versions import ALONE, Siblings
from photos.waiting import KeptWaiting

if TYPE_CHECKING:
    from accounts.models import User


def accept_upload(
    file: File,
    owner: User,
    now: datetime,
    expected_sha256: str = "",
    queued: bool = False,
    arrival: Arrival = Arrival(),  # noqa: B008 - it is frozen
    counted: int = 0,
    may_wait: bool = False,
) -> Accepted:
    """Check a file, keep its bytes and make its photo, all or nothing; `queued` leaves its analysis to a worker.

    `counted` bytes of it are in the owner's quota already. A film that comes before its photo is refused, or where it
    `may_wait` kept until that comes: raises KeptWaiting. A sidecar or the moving half of a photo is kept with that
    photo. Raises EmptyFile, FileTooLarge, UnsupportedType, TooManyPixels, BrokenImage, ChecksumMismatch, QuotaExceeded,
    StorageMissing or DiskFull, and as accept_companion; then nothing is kept.
    """
    incoming = spool(file)
    try:
        try:
            decoded = images.decode(incoming, settings.CLOUDZY_MAX_PIXELS, max(SIZES))
        except UnsupportedType:
            _check(expected_sha256, incoming)
            if accepted := _beside(incoming, file, owner, arrival, queued, counted, now if may_wait else None):
                return accepted
            raise
        sha256 = _check(expected_sha256, incoming)
        if accepted := already_there(owner, sha256, incoming):
            return accepted
        size = incoming.stat().st_size
        name = storage.keep(incoming, decoded.info.type.extension)
    finally:
        storage.tidy(incoming)
    photo = _new_photo(clean_name(file.name or ""), name, sha256, size, decoded, now)
    photo.owner = owner
    photo.folder, photo.file_modified_at = clean_folder(arrival.folder), arrival.modified_at
    photo.stem = VersionName.of(photo.original_name).key
    with ExitStack() as undo:
        undo.callback(storage.tidy, storage.path_of(photo.original))
        files = [keep_sidecar(sidecar, undo) for sidecar in arrival.sidecars]
        files += arrival.story.files if arrival.story else ()
        accepted = _insert(photo, files, decoded, now, queued, counted, arrival.story)
        if accepted.created:
            undo.pop_all()
    return accepted


def received_file(request: HttpRequest) -> UploadedFile:
    """Return the one file of a multipart request, its field named `file`.

    Raises NoFile (also for a body cut short, of which Django makes no file), TooManyFiles, or what went wrong while the
    file came in.
    """
    files = _files_of(request)
    if problem := getattr(request, "upload_problem", None):
        raise problem
    if len(received := files.getlist("file")) > 1:
        raise TooManyFiles
    if unknown := sorted(set(files) - {"file"}):
        raise NoFile(f"The file came in the field “{clean_name(unknown[0])}”; send it in the field “file”.")
    if not received:
        raise NoFile
    return received[0]


def _files_of(request: HttpRequest) -> MultiValueDict[str, UploadedFile]:
    try:
        return request.FILES
    except UnreadablePostError:  # the client has gone; Django forgets the file it was writing
        for handler in request.upload_handlers:
            handler.upload_interrupted()
        raise


def decode_upload(file: File, side: int = max(SIZES)) -> Decoded:
    """Decode an upload that will not be kept, at most `side` pixels on its longer side; raises as accept_upload."""
    incoming = spool(file)
    try:
        return images.decode(incoming, settings.CLOUDZY_MAX_PIXELS, side)
    finally:
        storage.tidy(incoming)


def _check(expected_sha256: str, path: Path) -> str:
    """Return the SHA-256 of a file; raises ChecksumMismatch where the sender said another."""
    sha256 = storage.sha256_of(path)
    if expected_sha256 and expected_sha256.strip().lower() != sha256:
        raise ChecksumMismatch
    return sha256


def _beside(
    incoming: Path,
    file: File,
    owner: User,
    arrival: Arrival,
    queued: bool,
    counted: int,
    waits_from: datetime | None,
) -> Accepted | None:
    """Keep what is no photo with the photo it belongs to, None where it belongs to none; raises KeptWaiting."""
    try:
        kept = accept_companion(incoming, file.name or "", arrival.folder, owner, counted)
    except FilmWithoutPhoto as exc:
        if waits_from is None:
            raise
        raise KeptWaiting(waiting.keep(incoming, file.name or "", arrival, owner, waits_from)) from exc
    if kept and queued and kept.created:
        analyse_photo.enqueue(kept.photo.pk)
    return Accepted(kept.photo, kept.created, joined=kept.kind) if kept else None


def _new_photo(original: str, stored: str, sha256: str, size: int, decoded: Decoded, now: datetime) -> Photo:
    return Photo(
        original_name=original,
        image=stored,
        sha256=sha256,
        bytes=size,
        **picture_columns(decoded.info),
        has_motion=decoded.info.clip is not None,
        # Until the metadata stage finds a better date: the moment of the upload, on a clock that shows UTC.
        taken_at=now.astimezone(UTC),
        taken_offset=0,
        created_at=now,
    )


def _insert(
    photo: Photo,
    files: Sequence[PhotoFile],
    decoded: Decoded,
    now: datetime,
    queued: bool,
    counted: int,
    story: Story | None,
) -> Accepted:
    """Save the row with its files and stages, unless another upload was faster; raises NameTaken.

    Where it is a version of a photo that is there, it becomes a file of that one.
    """
    for filename in filenames(photo.original_name, decoded.info.type.extension, now):
        photo.filename = filename
        found = ALONE if story and story.is_whole else versions.siblings_of(photo)
        if found.photo_id and (joined := _joined(photo, files, found, queued, counted)):
            picture = decoded.image if joined.is_shown else None
            return Accepted(joined.photo, created=True, picture=picture, joined=joined.kind)
        is_free = not found.photo_id and not Photo.objects.filter(filename=photo.filename).exists()
        if is_free and _saved(photo, files, found, queued, counted, story):
            return Accepted(photo, created=True, picture=decoded.image)
        if accepted := already_there(photo.owner, photo.sha256, storage.path_of(photo.original)):
            return accepted
    raise NameTaken


def _joined(
    new: Photo, files: Sequence[PhotoFile], found: Siblings, queued: bool, counted: int
) -> versions.Joined | None:
    """Make the file and those beside it files of the photo it belongs to; None when others were faster meanwhile."""
    with transaction.atomic():
        quotas.hold(new.owner, sum(file.bytes for file in files) + new.bytes, counted, photos=0)
        joined = versions.join(new, found) if versions.are_still(new, found) else None
        if joined:
            for file in files:
                file.photo = joined.photo
            PhotoFile.objects.bulk_create(files)
            if queued and joined.is_shown:
                analyse_photo.enqueue(joined.photo.pk)
    return joined


def _saved(
    photo: Photo, files: Sequence[PhotoFile], found: Siblings, queued: bool, counted: int, story: Story | None
) -> bool:
    """Insert the photo, its stages and perhaps its job; False when a name, its hash or a version came meanwhile."""
    try:
        with transaction.atomic():
            quotas.hold(photo.owner, sum(file.bytes for file in files) + photo.bytes, counted)
            if (found is not ALONE and not versions.are_still(photo, found)) or versions.is_kept(photo):
                return False
            if story:
                story.before(photo)
            photo.has_motion = photo.has_motion or any(file.kind == PhotoFile.Kind.MOTION for file in files)
            photo.save(force_insert=True)
            for file in files:
                file.photo = photo
            PhotoFile.objects.bulk_create(files)
            Stage.objects.bulk_create(Stage(photo=photo, name=name) for name in Stage.QUICK)
            if story:
                story.after(photo)
            if queued:
                analyse_photo.enqueue(photo.pk)
    except IntegrityError:
        photo.pk = None
        return False
    return True
