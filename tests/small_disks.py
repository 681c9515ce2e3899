"""What the process of test_faults_disks.py does, root of a namespace of its own: a library on disks that are too small.

Prints as JSON what was answered, and what was wrong with what is kept.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client

django.setup()

from photos import storage  # noqa: E402 - models need what stands above
from photos.models import Photo  # noqa: E402
from photos.tests.pictures import encoded, jpeg, noise  # noqa: E402
from photos.tests.requesting import post_photo  # noqa: E402
from photos.tests.resuming import begin, sent_whole  # noqa: E402

CLIENT = Client(headers={"host": "localhost"}, raise_request_exception=False)


def main() -> None:
    data, media = Path(settings.CLOUDZY_DATA_DIR), Path(settings.MEDIA_ROOT)
    empty = shutil.copyfile(data / "photos.db", data.with_name("empty.db"))
    mount(data, "8m")
    mount(media, "2m")
    shutil.copyfile(empty, data / "photos.db")
    told = {
        "media full": media_full(media),
        "media read-only": media_read_only(media),
        "database full": database_full(data),
    }
    sys.stdout.write(json.dumps(told))


def mount(folder: Path, size: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder))


def media_full(media: Path) -> dict[str, Any]:
    statuses: list[int] = []
    while not statuses or statuses[-1] == 201:
        statuses.append(post_photo(CLIENT, encoded(noise((700, 500)), "JPEG", quality=90)).status_code)
    refused = [statuses[-1], sent_whole(CLIENT, encoded(noise((700, 500)), "JPEG", quality=90)).status_code]
    kept = what_is_wrong()
    left = [path.name for path in (media / ".incoming").iterdir() if "." in path.name]
    for photo in list(Photo.objects.all()[:2]):
        CLIENT.delete(f"/photo/{photo.pk}?permanent=true")
    return {"taken": len(statuses) - 1, "refused": refused, "wrong": kept, "left": left, "after": small()}


def media_read_only(media: Path) -> dict[str, Any]:
    pk = Photo.objects.latest("pk").pk
    run("mount", "-o", "remount,ro", str(media))
    asked = [
        small(),
        begin(CLIENT, 1000).status_code,
        CLIENT.delete(f"/photo/{pk}?permanent=true").status_code,
        CLIENT.get(f"/photo/{pk}/file").status_code,
        CLIENT.get(f"/photo/{pk}/thumbnail?size=512").status_code,
        CLIENT.get("/photos").status_code,
    ]
    wrong = what_is_wrong()
    run("mount", "-o", "remount,rw", str(media))
    return {"asked": asked, "wrong": wrong, "after": small()}


def database_full(data: Path) -> dict[str, Any]:
    before = Photo.objects.count()
    with (data / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    statuses: list[int] = []
    while not statuses or (statuses[-1] == 201 and len(statuses) < 30):  # a journal may have some room of its own
        statuses.append(small())
    refused, kept = statuses[-1], Photo.objects.count()
    wrong = what_is_wrong()
    (data / "filler").unlink()
    return {"refused": refused, "kept": kept - before == statuses.count(201), "wrong": wrong, "after": small()}


def small() -> int:
    small.number += 1  # type: ignore[attr-defined]
    return int(post_photo(CLIENT, jpeg(size=(40, 30), comment=f"{small.number}")).status_code)  # type: ignore[attr-defined]


small.number = 0  # type: ignore[attr-defined]


def what_is_wrong() -> list[str]:
    """Tell what check_integrity says of bytes that are missing or altered, or that no photo has."""
    told = StringIO()
    with suppress(SystemExit):
        call_command("check_integrity", "--hashes", stdout=told)
    lines = told.getvalue().splitlines()
    return [line for line in lines if line.startswith(("missing", "altered"))] + [
        photo.filename for photo in Photo.objects.all()
        if storage.sha256_of(storage.path_of(photo.original)) != photo.sha256
    ]  # fmt: skip


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
