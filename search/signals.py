"""What photos tell the index: that something changed, and no more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from photos.models import Photo
from search.models import IndexChange

INDEXED_FIELDS = frozenset({"embedding", "embedding_model", "archived", "trashed_at"})


@receiver(post_save, sender=Photo, dispatch_uid="search.photo_saved")
def photo_saved(instance: Photo, update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields is None or INDEXED_FIELDS & set(update_fields):
        IndexChange.record(instance.pk)


@receiver(post_delete, sender=Photo, dispatch_uid="search.photo_deleted")
def photo_deleted(instance: Photo, **_: Any) -> None:
    IndexChange.record(instance.pk)
