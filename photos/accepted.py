"""What an upload comes to, also where its bytes have been here before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from PIL import Image

from accounts.models import User
from photos import storage
from photos.models import Photo, PhotoFile


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


def already_there(owner: User, sha256: str, same_bytes: Path) -> Accepted | None:
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
