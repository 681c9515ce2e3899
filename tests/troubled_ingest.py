"""The stories of uploads, workers, imports and deletions in trouble."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.local import local_owner
from jobs import worker
from photos import storage
from photos.imports.importing import ImportHalted, Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Manner
from photos.imports.walking import FolderSource
from photos.models import Embedding, Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo
from tests.stepping import Trouble
from tests.troubled import Story, settle

RED, BLUE = jpeg(colour="red"), jpeg(colour="blue")
# What clients may be told: that it is done, or which trouble there is and that nothing was kept. Never a 500.
ALLOWED = {200, 201, 202, 204, 503, 507}


@cache
def client() -> Client:
    """Be a client whose middleware is made once, before any process is forked."""
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.handler.load_middleware()
    return made


client()


def a_library() -> None:
    post_photo(client(), BLUE, "blue.jpg")


def upload() -> list[Any]:
    response = post_photo(client(), RED, "red.jpg")
    return [response.status_code, sha256_of(response.json().get("id"))]


def look_at_upload(answer: list[Any] | None) -> list[str]:
    """What was accepted is there and is completed; what was not can be sent again, and then is there once."""
    status, sha256 = answer or (201, hashlib.sha256(RED).hexdigest())
    wrong = [] if status in ALLOWED else [f"answered {status}"]
    if status in {200, 201} and sha256 != hashlib.sha256(RED).hexdigest():
        wrong.append("accepted, and not there")
    settle()
    kept = Photo.objects.filter(sha256=hashlib.sha256(RED).hexdigest()).values_list("status", flat=True)
    wrong += [] if set(kept) <= {"ready"} else [f"left {kept[0]}"]
    again = post_photo(client(), RED, "red.jpg")
    wrong += (
        [] if again.status_code == (200 if kept else 201) else [f"sent again: {again.status_code} {again.content!r}"]
    )
    return wrong + counted(2)


def queue_one() -> None:
    a_library()
    post_photo(client(), RED, "red.jpg", headers={"Prefer": "respond-async"})


def work() -> None:
    worker.TROUBLE_SECONDS = 0
    worker.Worker("in trouble", clock=timezone.now).run(once=True)


def look_at_work(_: object) -> list[str]:
    return counted(2)


def delete_for_good() -> int:
    return int(client().delete("/photo/1?permanent=true").status_code)


def look_at_deletion(status: int | None) -> list[str]:
    if status not in {None, *ALLOWED}:
        return [f"answered {status}"]
    there = Photo.objects.filter(pk=1).first()
    if there and not storage.path_of(there.original).is_file():
        return ["its bytes are gone before its row"]
    return ["answered 204 and kept it"] if status == 204 and there else []


def files_to_import() -> None:
    a_library()
    source().mkdir()
    (source() / "red.jpg").write_bytes(RED)
    (source() / "red.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")


def move_in() -> str:
    try:
        plan = Plan(local_owner(), Manner.MOVE)
        bring_in(FolderSource([source()], False), plan, timezone.now, lambda *_: None, Report())
    except ImportHalted as exc:
        return str(exc)
    return ""


def look_at_import(_: object) -> list[str]:
    """Each file is where it was, or in the library, or both; the import begun again ends it."""
    there = {path.read_bytes() for path in source().iterdir()}
    kept = {storage.path_of(photo.original).read_bytes() for photo in Photo.objects.all()}
    wrong = [] if RED in there | kept else ["the photo is lost"]
    wrong += [halted] if (halted := move_in()) else []
    return wrong + counted(2) + [f"{path.name} was left" for path in source().iterdir()]


def counted(photos: int) -> list[str]:
    """Tell what is wrong with the number of photos, and of what there may be one of for each."""
    count, vectors = Photo.objects.count(), Embedding.objects.count()
    wrong = [] if count == photos else [f"{count} photos"]
    return wrong + ([f"{vectors} vectors"] if vectors > photos else [])


def sha256_of(photo_id: int | None) -> str:
    photo = Photo.objects.filter(pk=photo_id or 0).first()
    return storage.sha256_of(storage.path_of(photo.original)) if photo else ""


def source() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR).parent / "to import"


# Such trouble stays from its step on: every third one is enough to meet each piece of code.
EVERYTHING = {Trouble.KILL: 1, Trouble.FULL: 3, Trouble.READ_ONLY: 3, Trouble.LOCKED: 3}

STORIES = {
    "upload": Story(upload, look_at_upload, a_library, EVERYTHING),
    "worker": Story(work, look_at_work, queue_one, EVERYTHING),
    "deletion": Story(delete_for_good, look_at_deletion, a_library, dict.fromkeys(EVERYTHING, 1)),
    "import": Story(move_in, look_at_import, files_to_import),
}
