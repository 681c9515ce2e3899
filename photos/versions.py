"""Several files of one moment as one photo: the raw file and the JPEG of a camera, a photo and what was made of it.

A file joins a photo only where all of this is so: same owner, same folder, a name that says so (see version_names), and
by both their EXIF blocks one camera within two seconds. A raw file and the camera's own picture may lie in two folders,
as they do where people sort them apart. A name alone never hides a photo. Shown is the edited one over
the camera's, and that over the raw file, until a person chooses; all of them are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import storage, thumbnails
from photos.captures import Capture, capture_of
from photos.filenames import free_filename
from photos.image_types import RAW_FORMATS
from photos.models import Dismissal, Photo, PhotoFile, Stage
from photos.version_names import VersionName

CHOSEN = "version"  # in Photo.edited: a person has said which version is shown
_RANKS = {PhotoFile.Kind.RAW: 0, PhotoFile.Kind.ORIGINAL: 1, PhotoFile.Kind.EDITED: 2}
_MOST = 20  # namesakes in a folder that are looked at: cameras count anew after 9999
PICTURE = (
    "sha256",
    "bytes",
    "format",
    "width",
    "height",
    "animated",
    "panorama",
    "clip_start",
    "clip_length",
)  # columns of both tables
# What tells of the pixels, and is done anew for others.
_OF_PIXELS = [name for name in Stage.Name if name != Stage.Name.METADATA]


@dataclass(frozen=True)
class Siblings:
    """What was found for a new file: the photo it belongs to, and all that were looked at on the way."""

    photo_id: int | None
    seen: frozenset[int]


class ShownElsewhere(APIException):
    """A version cannot be shown: another photo shows its bytes."""

    status_code = 409
    default_code = "conflict"


ALONE = Siblings(None, frozenset())  # of a file that is known to be a photo of its own


@dataclass(frozen=True)
class Joined:
    photo: Photo
    kind: str
    is_shown: bool


def siblings_of(new: Photo) -> Siblings:
    """Look for the photo of which `new`, kept but not saved yet, is a version; reads the files of namesakes."""
    found = _namesakes(new)
    if not found:
        return Siblings(None, frozenset())
    comparison = _Comparison(new)
    match = next((photo.pk for photo in found if comparison.fits(photo)), None)
    return Siblings(match, frozenset(photo.pk for photo in found))


def join(new: Photo, found: Siblings) -> Joined | None:
    """Make `new` a version of the photo found, inside of a transaction; None where others were faster meanwhile.

    Whoever calls has held the owner's row since before, so that two versions that come at once see one another.
    """
    photo = Photo.objects.select_for_update().filter(pk=found.photo_id or 0, trashed_at=None).first()
    if photo is None or is_kept(new):
        return None
    kind = kind_of(new.original_name, new.format)
    is_shown = CHOSEN not in photo.edited and _rank(new) > _rank(photo)
    file = PhotoFile(photo=photo, kind=kind, name=new.original_name, stored=new.original)
    for column in PICTURE:
        setattr(file, column, getattr(new, column))
    file.save()
    if new.has_motion and not photo.has_motion:
        photo.has_motion = True
        photo.save(update_fields=["has_motion"])
    if is_shown:
        swap(photo, file)
    return Joined(photo, kind, is_shown)


def are_still(new: Photo, found: Siblings) -> bool:
    """Tell, holding the owner's row, whether the namesakes are those that were looked at."""
    User.hold(new.owner_id)
    return frozenset(photo.pk for photo in _namesakes(new)) == found.seen


def show(photo: Photo, file_id: int) -> None:
    """Show this version of the photo from now on; its pixels are to be analysed.

    Raises PhotoFile.DoesNotExist, and ShownElsewhere.
    """
    with transaction.atomic():
        held = Photo.objects.select_for_update().get(pk=photo.pk)
        file = held.files.versions().get(pk=file_id)
        _end_twin(held, file)
        swap(held, file)
        held.edited = sorted({*held.edited, CHOSEN})
        held.save(update_fields=["edited"])
    photo.refresh_from_db()


def _end_twin(held: Photo, file: PhotoFile) -> None:
    """Let the photo go that this file was before a merge made it a version: two photos never show the same bytes."""
    twin = Photo.objects.select_for_update().filter(owner_id=held.owner_id, sha256=file.sha256).first()
    if twin and twin.trashed_at is None:
        raise ShownElsewhere(f"This file is a photo of its own by now: number {twin.pk}.")
    if twin:
        twin.delete()


def separate(photo: Photo, file_id: int, now: datetime) -> Photo:
    """Make a version of the photo a photo of its own, to be analysed; raises PhotoFile.DoesNotExist, NameTaken.

    It takes along when it was taken; what a person said of the photo stays there.
    """
    with transaction.atomic():
        held = Photo.objects.select_for_update().get(pk=photo.pk)
        file = held.files.versions().get(pk=file_id)
        if own := _merged_before(held, file):
            return own
        own = Photo(owner_id=held.owner_id, original_name=file.name, image=file.stored, created_at=now)
        for column in (*PICTURE, "stem", "folder", "file_modified_at", "taken_at", "taken_offset", "taken_at_source"):
            setattr(own, column, getattr(file if column in PICTURE else held, column))
        own.filename = free_filename(own.original_name, Path(file.stored).suffix, now)
        own.has_motion = own.clip_length > 0
        own.save(force_insert=True)
        Stage.objects.bulk_create(Stage(photo=own, name=name) for name in Stage.QUICK)
        file.let_go()
        held.has_motion = has_motion(held)
        held.save(update_fields=["has_motion", "updated_at"])
        Dismissal.objects.note(held.owner, [held.pk, own.pk])
    return own


def _merged_before(held: Photo, file: PhotoFile) -> Photo | None:
    """Bring back the photo that this version was before a merge made it one, with all that was said of it."""
    own = Photo.objects.select_for_update().filter(owner_id=held.owner_id, sha256=file.sha256).first()
    if own:
        own.restore()
        file.give_back()
        held.has_motion = has_motion(held)
        held.save(update_fields=["has_motion", "updated_at"])
        Dismissal.objects.note(held.owner, [held.pk, own.pk])
    return own


def has_motion(photo: Photo) -> bool:
    """Tell whether a video comes with one of the files of a photo."""
    moving = Q(clip_length__gt=0) | Q(kind=PhotoFile.Kind.MOTION)
    return photo.clip_length > 0 or photo.files.filter(moving).exists()


def kind_of(name: str, image_format: str) -> PhotoFile.Kind:
    """Tell which kind of version a file is, by its format and its name."""
    if image_format in RAW_FORMATS:
        return PhotoFile.Kind.RAW
    return PhotoFile.Kind.EDITED if VersionName.of(name).is_edited else PhotoFile.Kind.ORIGINAL


@dataclass(frozen=True)
class _Comparison:
    new: Photo

    @cached_property
    def capture(self) -> Capture | None:
        return capture_of(storage.path_of(self.new.original))

    def fits(self, photo: Photo) -> bool:
        if not _may_join(self.new, photo) or not self.capture:
            return False
        other = capture_of(storage.path_of(photo.original))
        return other is not None and self.capture.is_same(other)


def _may_join(new: Photo, photo: Photo) -> bool:
    """A photo has one file as the camera made it, one raw file of a format, and any number of edited ones."""
    kind = kind_of(new.original_name, new.format)
    there = {(kind_of(photo.original_name, photo.format), photo.format)}
    there |= {(PhotoFile.Kind(kind), name) for kind, name in photo.files.versions().values_list("kind", "format")}
    if kind == PhotoFile.Kind.EDITED and new.folder != photo.folder:
        return False
    if kind == PhotoFile.Kind.RAW:
        return (kind, new.format) not in there
    return kind == PhotoFile.Kind.EDITED or kind not in {other for other, _ in there}


def _namesakes(new: Photo) -> list[Photo]:
    """Return photos that are called like it: of its folder, and of others those that are raw where it is not."""
    same = Photo.objects.filter(owner_id=new.owner_id, stem=VersionName.of(new.original_name).key, trashed_at=None)
    raw = Q(format__in=RAW_FORMATS)
    others = same.exclude(folder=new.folder).filter(~raw if new.format in RAW_FORMATS else raw).order_by("-pk")
    return [*same.filter(folder=new.folder).order_by("pk")[:_MOST], *others[:_MOST]]


def is_kept(new: Photo) -> bool:
    """Tell whether the owner has these bytes by now."""
    mine = PhotoFile.objects.filter(sha256=new.sha256, photo__owner_id=new.owner_id)
    return mine.exists() or Photo.objects.filter(owner_id=new.owner_id, sha256=new.sha256).exists()


def rank_of(name: str, image_format: str) -> tuple[int, int]:
    """Return what tells which version is shown: the highest."""
    return _RANKS[kind_of(name, image_format)], VersionName.of(name).number


def _rank(photo: Photo) -> tuple[int, int]:
    return rank_of(photo.original_name, photo.format)


def swap(photo: Photo, file: PhotoFile) -> None:
    """Let a photo show this file and keep beside it what it showed; what tells of its pixels waits to be done anew."""
    before = photo.original
    file.kind = kind_of(photo.original_name, photo.format)
    file.name, photo.original_name = photo.original_name, file.name
    photo.image.name, file.stored = file.stored, before
    for column in PICTURE:
        ours, theirs = getattr(photo, column), getattr(file, column)
        setattr(photo, column, theirs)
        setattr(file, column, ours)
    file.save()
    photo.save(update_fields=["image", "original_name", "updated_at", *PICTURE])
    photo.stages.all().restart(_OF_PIXELS)
    photo.settle()
    transaction.on_commit(lambda: thumbnails.remove(storage.media_root(), before), robust=True)
