"""A photo's files go with its row, whoever deletes it: also with all that a person owned."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from photos import originals
from photos.models import Photo


@receiver(post_delete, sender=Photo, dispatch_uid="photos.photo_deleted")
def photo_deleted(instance: Photo, **_: Any) -> None:
    name = instance.original
    # Once it is certain; and robust, because the row is gone then, whatever the disk says.
    transaction.on_commit(lambda: originals.remove(name), robust=True)
