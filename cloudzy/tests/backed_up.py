"""What the tests of backups do again and again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from cloudzy.backups.making import Made, back_up
from cloudzy.backups.manifest import Manifest
from photos import pipeline
from photos.models import Photo
from photos.storage import sha256_of
from photos.tests.pictures import jpeg
from photos.uploads import accept_upload

COLOURS = ("red", "green", "blue", "yellow")


def silent(*_: int) -> None:
    """Tell nobody how far it is."""


def upload(colour: str, owner: User) -> Photo:
    now = timezone.now()
    accepted = accept_upload(ContentFile(jpeg(colour=colour), name=f"{colour}.jpg"), owner, now)
    return pipeline.analyse(accepted.photo, now, picture=accepted.picture)


def save(folder: Path, link: bool = False) -> Made:
    return back_up(folder, timezone.now(), silent, link)


def rewrite(folder: Path, manifest: Manifest, **changes: object) -> None:
    """Make a backup that was written so: whole, and of another content."""
    digest = sha256_of(folder / manifest.database)
    replace(manifest, database_sha256=digest, **changes).write(folder)  # type: ignore[arg-type]
