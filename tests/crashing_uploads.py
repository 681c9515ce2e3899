"""What the process of test_faults_resumable.py does: its children upload, die at a given step, and are followed up."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from accounts.local import local_owner
from photos import integrity, storage
from photos.archives import importing
from photos.models import ArchiveImport, IncomingUpload, Photo
from photos.resumable import receiving, upkeep
from photos.resumable.partial import Checksum
from photos.resumable.receiving import Piece
from photos.tests.pictures import jpeg
from photos.tests.zipped import zipped
from tests.crashing import dying_at_call, dying_at_sql

LATER = timedelta(hours=60)  # beyond all that expires


def main(kind: str, steps: list[str]) -> None:
    """Print for each step how its child ended and what a second child made of what was left."""
    told = []
    for number, step in enumerate(steps):
        data = jpeg(comment=f"{kind} {number}")
        died = in_child(lambda data=data, step=step: BEGIN[kind](data, step))  # type: ignore[misc]
        followed = in_child(lambda data=data: FOLLOW[kind](data))  # type: ignore[misc]
        told.append({"died": died == -signal.SIGKILL, "followed": followed, **what_is_left(data)})
    sys.stdout.write(json.dumps(told))


def in_child(act: Callable[[], object]) -> int:
    """Do it in a process of its own, which has its own connection; return how that ended."""
    connections.close_all()
    if (pid := os.fork()) == 0:
        try:
            act()
        except BaseException as exc:
            sys.stderr.write(f"{exc!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def send(data: bytes, step: str) -> None:
    with connection.execute_wrapper(dying_at_sql(step)):
        if step.startswith("sync"):
            os.fsync = dying_at_call(int(step.removeprefix("sync ")))  # type: ignore[assignment]
        upload = receiving.begin(local_owner(), len(data), "", timezone.now())
        half = len(data) // 2
        receiving.receive(upload, Piece(0, half, BytesIO(data[:half]).read), timezone.now())
        proof = Checksum("sha256", hashlib.sha256(data[half:]).digest())
        receiving.receive(upload, Piece(half, len(data) - half, BytesIO(data[half:]).read, proof), timezone.now())


def go_on_sending(data: bytes) -> None:
    """Do as a client does: ask how far it is, send what is missing, begin anew where nothing is known of it."""
    now = timezone.now()
    upload = IncomingUpload.objects.unfinished().first() or receiving.begin(local_owner(), len(data), "", now)
    offset = receiving.look_at(upload, now)
    if offset < len(data):
        receiving.receive(upload, Piece(offset, len(data) - offset, BytesIO(data[offset:]).read), now)
    upkeep.expire(now + LATER)


def send_archive(data: bytes, step: str) -> None:
    archive = zipped({"a.jpg": data, "../b.jpg": data})
    kind = base64.b64encode(b"archive").decode()
    upload = receiving.begin(local_owner(), len(archive), f"kind {kind}", timezone.now())
    with connection.execute_wrapper(dying_at_sql(step)):
        receiving.receive(upload, Piece(0, len(archive), BytesIO(archive).read), timezone.now())
        importing.go_on(ArchiveImport.objects.open().get(), timezone.now)


def go_on_importing(_: bytes) -> None:
    for upload in IncomingUpload.objects.unfinished():
        receiving.look_at(upload, timezone.now())
    for archive in ArchiveImport.objects.open():
        importing.go_on(archive, timezone.now)
        assert archive.done == archive.total == 2
        assert (archive.failed, archive.left_entries.count()) == (1, 1)
    upkeep.expire(timezone.now() + LATER)


def what_is_left(data: bytes) -> dict[str, Any]:
    photos = list(Photo.objects.filter(sha256=hashlib.sha256(data).hexdigest()))
    faults = integrity.faults(timezone.now() + LATER, hashes=True)
    strays = {fault.name for fault in faults if fault.kind == "stray"}
    return {
        "photos": len(photos),
        "same_bytes": all(storage.path_of(photo.original).read_bytes() == data for photo in photos),
        "rows_without_bytes": [fault.name for fault in faults if fault.kind in ("missing", "altered")],
        "left_in_incoming": sorted(name for name in strays if name.startswith(storage.INCOMING)),
    }


BEGIN = {"upload": send, "archive": send_archive}
FOLLOW = {"upload": go_on_sending, "archive": go_on_importing}
