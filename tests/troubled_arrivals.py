"""The stories of uploads in pieces and of ZIPs, whose clients come back after the trouble."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from photos import storage
from photos.models import ArchiveImport, IncomingUpload
from photos.resumable import upkeep
from photos.tests.resuming import begin, checksum, offset_of, piece
from photos.tests.zipped import zipped
from tests.stepping import Trouble
from tests.troubled import Story, settle
from tests.troubled_ingest import RED, a_library, client, counted, work

DAYS_LATER = timedelta(days=3)  # beyond all that expires
ZIP = zipped({"red.jpg": RED, "../blue.jpg": RED})
# 423 and 409 are none: nobody else has the upload, and the client tells no offset that it was not told.
ALLOWED = {201, 204, 503, 507}


def send(data: bytes = RED, **told: str) -> list[int]:
    """Send in two pieces, the second with its checksum, as far as that goes; return the answers."""
    response = begin(client(), len(data), **told)
    answers = [response.status_code]
    half = len(data) // 2
    for start, part in ((0, data[:half]), (half, data[half:])):
        if answers[-1] in {201, 204}:
            proof = checksum(part) if start else None
            answers.append(piece(client(), response["Location"], start, part, proof).status_code)
    return answers


def look_at_pieces(answers: list[int] | None) -> list[str]:
    """What was said to be there is; the client comes back and sends the rest, or all where nothing is known of it."""
    wrong = [f"answered {status}" for status in answers or () if status not in ALLOWED]
    if answers == [201, 204, 204]:
        wrong += counted(2)
    return wrong + come_back(RED) + counted(2) + left_behind()


def come_back(data: bytes, **told: str) -> list[str]:
    known = IncomingUpload.objects.unfinished().first()
    where = f"/uploads/{known.pk}" if known else begin(client(), len(data), **told)["Location"]
    offset = offset_of(client(), where)
    if offset < len(data):
        status = piece(client(), where, offset, data[offset:]).status_code
        return [] if status == 204 else [f"sent the rest: {status}"]
    return []


def left_behind() -> list[str]:
    """Tell what of uploads is left when all that nobody came back for has expired."""
    upkeep.expire(timezone.now() + DAYS_LATER)
    return [f"left {path.name}" for path in (storage.media_root() / storage.INCOMING).iterdir()]


def send_archive() -> list[int]:
    answers = send(ZIP, kind="archive", filename="holiday.zip")
    work()
    return answers


def look_at_archive(answers: list[int] | None) -> list[str]:
    """The client comes back; the archive is gone through once, its good photo there once, the bad one told of once."""
    wrong = [f"answered {status}" for status in answers or () if status not in ALLOWED]
    if not ArchiveImport.objects.exists():
        wrong += come_back(ZIP, kind="archive", filename="holiday.zip")
    settle()
    imports = [(each.done, each.total, each.failed, each.left_entries.count()) for each in ArchiveImport.objects.all()]
    wrong += [] if imports == [(2, 2, 1, 1)] else [f"imports {imports}"]
    return wrong + counted(2) + left_behind()


RARELY = dict.fromkeys([Trouble.FULL, Trouble.READ_ONLY, Trouble.LOCKED], 7)

STORIES = {
    "pieces": Story(send, look_at_pieces, a_library, {Trouble.KILL: 1, **RARELY}),
    "archive": Story(send_archive, look_at_archive, a_library, {Trouble.KILL: 3, **RARELY}),
}
