"""Films that came before the photo whose moving half they are: kept for a day, as unfinished uploads are."""

from __future__ import annotations

import base64
import uuid
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from photos import quotas, storage
from photos.arrival import Arrival
from photos.models import IncomingUpload
from photos.models.incoming import LIFETIME, MAX_UNFINISHED
from photos.names import clean_name
from photos.resumable.errors import TooManyUploads
from photos.version_names import VersionName

WAITS = "It is the moving half of a photo, and is kept for 24 hours until that comes."
NEVER_CAME = "The photo whose moving half it is did not come within 24 hours."


class KeptWaiting(Exception):  # noqa: N818 - what became of it
    """A film is kept until its photo comes; `upload` is how."""

    def __init__(self, upload: IncomingUpload) -> None:
        super().__init__(WAITS)
        self.upload = upload


def photo_of(name: str) -> str:
    """Return by what the photo of a film of this name is found: the stem of both."""
    return VersionName.of(clean_name(name)).key


def keep(incoming: Path, name: str, arrival: Arrival, owner: User, now: datetime) -> IncomingUpload:
    """Keep a film in the incoming folder as an upload that waits.

    Raises QuotaExceeded, TooManyUploads, StorageMissing or DiskFull; then it is not there.
    """
    pk, size = uuid.uuid4(), incoming.stat().st_size
    target = storage.mounted_root() / storage.INCOMING / pk.hex
    with storage.disk_errors_named(), ExitStack() as undo:
        storage.sync(incoming)
        undo.callback(storage.tidy, target)
        incoming.rename(target)
        storage.sync(target.parent)
        with transaction.atomic():
            quotas.hold(owner, size, photos=0)
            if IncomingUpload.objects.filter(owner=owner).unfinished().count() >= MAX_UNFINISHED:
                raise TooManyUploads(MAX_UNFINISHED)
            upload = IncomingUpload.objects.create(
                id=pk,
                owner=owner,
                length=size,
                metadata=_metadata(name, arrival),
                created_at=now,
                expires_at=now + LIFETIME,
                waits_for=photo_of(name),
            )
        undo.pop_all()
    return upload


def _metadata(name: str, arrival: Arrival) -> str:
    """Write what is known of it as a client of tus would."""
    said = {"filename": name}
    if arrival.folder:
        said["relativePath"] = f"{arrival.folder}/{name}"
    if arrival.modified_at:
        said["lastModified"] = f"{max(0, int(arrival.modified_at.timestamp() * 1000))}"
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
