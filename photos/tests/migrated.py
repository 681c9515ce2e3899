"""Libraries on their way to another model, for tests: from `fake` to `other`."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.local import local_owner
from photos import generations, pipeline
from photos.migrating import MigrationSlice
from photos.models import ActiveModel, ModelMigration, Photo
from photos.tests.pictures import jpeg
from photos.uploads import accept_upload

OLD, NEW = "fake@1-32d", "fake@2-32d"


def upload(*colours: str) -> list[Photo]:
    """Take in and analyse a photo of each colour, as an upload does."""
    files = [ContentFile(jpeg(size=(64, 48), colour=colour), name=f"{colour}.jpg") for colour in colours]
    taken_in = [accept_upload(file, local_owner(), timezone.now()).photo for file in files]
    return [pipeline.analyse(photo, timezone.now()) for photo in taken_in]


def begin(name: str = "other", share: int = 100, review: bool = False) -> ModelMigration:
    migration = generations.begin(name, timezone.now(), share, review)
    assert migration is not None
    return migration


def work(migration: ModelMigration, careful: bool = False, length: timedelta = timedelta(minutes=1)) -> bool:
    """Do a slice of the work as a worker would; `migration` tells afterwards how it is."""
    token = uuid.uuid4()
    taken = ModelMigration.objects.take(migration.pk, token, [], timezone.now())
    assert taken is not None
    try:
        return MigrationSlice(taken, token, careful, length).work()
    finally:
        taken.release(token)
        migration.refresh_from_db()


def migrated(*colours: str) -> list[Photo]:
    """Return the photos of a library that has been moved from `fake` to `other`."""
    photos = upload(*colours)
    migration = begin()
    work(migration)
    assert active_key() == NEW
    return photos


def active_key() -> str:
    active = ActiveModel.current()
    assert active is not None
    return active.key
