"""The stories of backups and restores that are killed."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone

from cloudzy.backups.errors import BackupError
from cloudzy.backups.making import back_up
from cloudzy.backups.restoring import restore
from cloudzy.backups.verifying import verify
from photos import storage
from photos.models import Photo
from photos.tests.requesting import post_photo
from tests.stepping import Trouble
from tests.troubled import Story, database
from tests.troubled_ingest import RED, a_library, client, counted


def a_backup_and_news() -> None:
    a_library()
    make_backup()
    post_photo(client(), RED, "red.jpg")


def make_backup() -> None:
    back_up(backup(), timezone.now(), lambda *_: None)


def look_at_backup(_: object) -> list[str]:
    """There is a good backup at any time, of before or of now; the next one is whole."""
    wrong = [] if verified() in {1, 2} else ["the backup is none"]
    make_backup()
    wrong += [] if verified() == 2 else ["the next backup is not whole"]
    left = [path.name for path in backup().iterdir() if path.name.startswith(".tmp")]
    return wrong + left + counted(2)


def an_empty_place() -> None:
    """Have a backup of two photos, and no library."""
    a_backup_and_news()
    make_backup()
    connections.close_all()
    lose_the_library()


def bring_back() -> str:
    """Restore, and answer what the command would say where it cannot."""
    connections.close_all()
    try:
        restore(backup(), lambda _: lambda *_: None)
    except (BackupError, OSError) as exc:
        return str(exc)
    return ""


def look_at_restore(_: object) -> list[str]:
    """The library is whole or there is none, and then the same command goes on."""
    told = "" if database().exists() else bring_back()
    there = all(storage.path_of(photo.original).is_file() for photo in Photo.objects.all())
    left = [path.name for path in database().parent.iterdir() if path.name.startswith(".")]
    return [told] * bool(told) + counted(2) + left + ([] if there else ["rows without bytes"])


def verified() -> int:
    return len(verify(backup(), lambda *_: None).originals)


def lose_the_library() -> None:
    """Empty its place, as a person would who begins anew."""
    for folder in (Path(settings.CLOUDZY_DATA_DIR), Path(settings.MEDIA_ROOT)):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()


def backup() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR).parent / "backup"


STORIES = {
    "backup": Story(make_backup, look_at_backup, a_backup_and_news, {Trouble.KILL: 2}),
    # Its commits nobody sees before the last rename; a quarter of its steps, and the ends of all it does are met.
    "restore": Story(
        bring_back, look_at_restore, an_empty_place, {Trouble.KILL: 4, Trouble.FULL: 9, Trouble.READ_ONLY: 9}
    ),
}
