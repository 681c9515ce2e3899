"""The one door: nothing else makes a photo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, UnreadablePostError
from django.utils.datastructures import MultiValueDict
from PIL import Image

from photos import images, quotas, storage, versions
from photos.arrival import Arrival, Story
from photos.beside import keep_sidecar
from photos.errors import ChecksumMismatch, NameTaken, NoFile, TooManyFiles
from photos.filenames import filenames
from photos.images import Decoded
from photos.models import Photo, PhotoFile, Stage
from photos.names import clean_folder, clean_name
from photos.spool import spool
from photos.tasks import analyse_photo
from photos.thumbnails import SIZES
from photos.version_names import VersionName
from photos.versions import ALONE, Siblings

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Accepted:
    """What became of an upload: a new photo, or the owner's photo with the same bytes, perhaps out of the trash.

    A version of a photo that is there already joins it: its bytes are new, and `joined` says what it is to that photo.
    """

    photo: Photo
    created: bool  # its bytes were not there before
    restored: bool = False
    picture: Image.Image | None = None  # what the photo shows since then, so that its analysis need not decode it
    joined: str = ""  # a PhotoFile.Kind


def accept_upload(
    file: File,
    owner: User,
    now: datetime,
    expected_sha256: str = "",
    queued: bool = False,
    arrival: Arrival = Arrival(),  # noqa: B008 - it is frozen
    counted: int = 0,
) -> Accepted:
    """Check a file, keep its bytes and make its photo, all or nothing; `queued` leaves its analysis to a worker.

    `counted` bytes of it are in the owner's quota already. Raises EmptyFile, FileTooLarge, UnsupportedType,
    TooManyPixels, BrokenImage, ChecksumMismatch, QuotaExceeded, StorageMissing or DiskFull; then nothing is kept.
    """
    incoming = spool(file)
    try:
        decoded = images.decode(incoming, settings.CLOUDZY_MAX_PIXELS, max(SIZES))
        sha256 = _sha256(incoming)
        if expected_sha256 and expected_sha256.strip().lower() != sha256:
            raise ChecksumMismatch
        if accepted := _already_there(owner, sha256, incoming):
            return accepted
        size = incoming.stat().st_size
        name = storage.keep(incoming, decoded.info.type.extension)
    finally:
        incoming.unlink(missing_ok=True)
    photo = _new_photo(clean_name(file.name or ""), name, sha256, size, decoded, now)
    photo.owner = owner
    photo.folder, photo.file_modified_at = clean_folder(arrival.folder), arrival.modified_at
    photo.stem = VersionName.of(photo.original_name).key
    with ExitStack() as undo:
        undo.callback(storage.discard, photo.original)
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
        incoming.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _new_photo(original: str, stored: str, sha256: str, size: int, decoded: Decoded, now: datetime) -> Photo:
    info = decoded.info
    return Photo(
        original_name=original,
        image=stored,
        sha256=sha256,
        bytes=size,
        format=info.type.name,
        width=info.width,
        height=info.height,
        animated=info.animated,
        panorama=info.panorama,
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
        if accepted := _already_there(photo.owner, photo.sha256, storage.path_of(photo.original)):
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


def _already_there(owner: User, sha256: str, same_bytes: Path) -> Accepted | None:
    """Answer the owner's photo with these bytes, if there is one; where its own file was lost, they take its place.

    The row is held meanwhile: who deletes it for good does so before, and is not found, or after, and takes the file.
    """
    with transaction.atomic():
        kept = Photo.objects.filter(owner=owner)
        version = PhotoFile.objects.versions().filter(sha256=sha256, photo__owner=owner).first()
        which = Q(pk=version.photo_id) if version else Q(sha256=sha256)
        photo = kept.select_for_update().filter(which).first()
        if photo is None:
            return None
        stored = version.stored if version else photo.original
        with storage.disk_errors_named():
            lost = not storage.path_of(stored).exists()
        if lost:
            storage.put_back(same_bytes, stored)
        if restored := photo.trashed_at is not None:
            photo.restore()
    return Accepted(photo, created=False, restored=restored)
