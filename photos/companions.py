"""Files that are no photos and belong to one: XMP sidecars, and the video that is the moving half of a Live Photo."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from rest_framework.exceptions import APIException, ErrorDetail

from accounts.models import User
from photos import quotas, storage
from photos.arrival import Sidecar
from photos.captures import capture_of
from photos.errors import FileTooLarge, NoPhotoForIt, SidecarUnclear
from photos.image_types import HEAD_BYTES, UnsupportedType
from photos.models import Photo, PhotoFile, Stage
from photos.names import clean_folder, clean_name
from photos.other_kinds import name_of, name_of_brand
from photos.sidecars import MAX_SIDECAR_BYTES
from photos.version_names import VersionName
from photos.videos import Still, belong_together, read_still, read_video

_XMP = "an XMP sidecar"
_VIDEOS = {".mov": "a QuickTime video", ".mp4": "an MP4 video"}
_MOST = 20  # namesakes that are looked at
_SHORT = 15 * 2**20  # of three seconds


class FilmWithoutPhoto(UnsupportedType):
    """A video that says to be the moving half of a photo, and the photo is not here."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.detail = ErrorDetail(f"{self.detail} The photo whose moving half it is is not here.", self.default_code)


@dataclass(frozen=True)
class Companion:
    """A file that is kept with a photo, perhaps since before."""

    photo: Photo
    kind: str
    created: bool


def accept_companion(incoming: Path, name: str, folder: str, owner: User, counted: int = 0) -> Companion | None:
    """Keep a file in the incoming folder with the owner's photo it belongs to; None for what belongs to none.

    Raises NoPhotoForIt, FilmWithoutPhoto, SidecarUnclear, FileTooLarge, QuotaExceeded, StorageMissing or DiskFull.
    """
    with incoming.open("rb") as file:
        head = file.read(HEAD_BYTES)
    is_media = head[4:8] == b"ftyp"
    what = name_of_brand(head[8:12]) if is_media else name_of(head)
    if what == _XMP:
        return _keep(
            incoming, clean_name(name), PhotoFile.Kind.SIDECAR, ".xmp", _noted(name, folder, owner, incoming), counted
        )
    extension = next((extension for extension, words in _VIDEOS.items() if words == what), "")
    if not extension:
        return None
    if photo := _moving(name, folder, owner, incoming):
        return _keep(incoming, clean_name(name), PhotoFile.Kind.MOTION, extension, photo, counted)
    if _is_half(incoming):
        raise FilmWithoutPhoto(what)
    return None


def add_sidecar(photo: Photo, sidecar: Sidecar) -> Companion:
    """Keep notes with a photo that is there; raises NoPhotoForIt, QuotaExceeded, StorageMissing or DiskFull."""
    incoming = storage.prepare() / uuid.uuid4().hex
    with ExitStack() as undo:
        undo.callback(storage.tidy, incoming)
        with storage.disk_errors_named():
            incoming.write_bytes(sidecar.data)
        return _keep(incoming, clean_name(sidecar.name), PhotoFile.Kind.SIDECAR, ".xmp", photo, counted=0)


def _noted(name: str, folder: str, owner: User, incoming: Path) -> Photo:
    """Find the photo of a sidecar: called like it as a whole, else like its stem, and only one of them."""
    if incoming.stat().st_size > MAX_SIDECAR_BYTES:
        raise FileTooLarge(MAX_SIDECAR_BYTES)
    of = clean_name(name)[: -len(".xmp")] if name.lower().endswith(".xmp") else clean_name(name)
    key = VersionName.of(f"{of}.xmp").key
    whole = Photo.objects.visible_to(owner).filter(stem__in={VersionName.of(of).key, key})
    there = whole.filter(folder=clean_folder(folder)) if folder else whole
    # By the stem, too: for the lowest numbers alone SQLite would go through all photos of the owner.
    found = [photo for photo in there.order_by("stem", "pk")[:_MOST] if of.casefold() in _names_of(photo)]
    found = found or list(there.filter(stem=key).order_by("pk")[:_MOST])
    if len(found) > 1:
        raise SidecarUnclear
    if not found:
        raise NoPhotoForIt(_XMP)
    return found[0]


def _names_of(photo: Photo) -> set[str]:
    names = [photo.original_name, *photo.files.versions().values_list("name", flat=True)]
    return {name.casefold() for name in names}


def _moving(name: str, folder: str, owner: User, incoming: Path) -> Photo | None:
    """Find the photo of which a video is the moving half, by what both files say."""
    stem = VersionName.of(clean_name(name)).key
    namesakes = Photo.objects.visible_to(owner).filter(stem=stem, folder=clean_folder(folder)).order_by("pk")[:_MOST]
    if not namesakes:
        return None
    video = read_video(incoming)
    for photo in namesakes:
        for stored in (photo.original, *photo.files.versions().values_list("stored", flat=True)):
            path = storage.path_of(stored)
            if belong_together(video, _still(path), capture_of(path)):
                return photo
    return None


def _is_half(incoming: Path) -> bool:
    """Tell whether a video is the moving half of some photo: by its identifier, else as a short one of a camera."""
    video = read_video(incoming)
    return bool(video.identifier or (video.capture and incoming.stat().st_size <= _SHORT))


def _still(path: Path) -> Still:
    try:
        return read_still(path)
    except (APIException, OSError):
        return Still(())


def _keep(incoming: Path, name: str, kind: PhotoFile.Kind, extension: str, photo: Photo, counted: int) -> Companion:
    sha256, size = storage.sha256_of(incoming), incoming.stat().st_size
    with ExitStack() as undo:
        stored = storage.keep(incoming, extension)
        undo.callback(storage.tidy, storage.path_of(stored))
        with transaction.atomic():
            quotas.hold(photo.owner, size, counted, photos=0)
            held = Photo.objects.select_for_update().filter(pk=photo.pk).first()
            if held is None:
                raise NoPhotoForIt("a file beside a photo")
            if held.files.filter(kind=kind, sha256=sha256).exists():
                return Companion(held, kind, created=False)
            PhotoFile.objects.create(photo=held, kind=kind, name=name, stored=stored, sha256=sha256, bytes=size)
            if kind == PhotoFile.Kind.MOTION:
                held.has_motion = True
                held.save(update_fields=["has_motion", "updated_at"])
            else:
                held.stages.all().restart([Stage.Name.METADATA, Stage.Name.CAPTION])
                held.settle()
        undo.pop_all()
    return Companion(held, kind, created=True)
