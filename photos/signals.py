from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver

from accounts.record import DestructiveAct
from photos import originals, shipped
from photos.events import model_switched
from photos.models import Photo, PhotoFile, VocabularyState
from photos.tasks import queue_retagging


@receiver(post_delete, sender=Photo, dispatch_uid="photos.photo_deleted")
def photo_deleted(instance: Photo, **_: Any) -> None:
    """A photo's files go with its row, whoever deletes it: also with all that a person owned."""
    name = instance.original
    # Once it is certain; and robust, because the row is gone then, whatever the disk says.
    transaction.on_commit(lambda: originals.remove(name), robust=True)


@receiver(post_delete, sender=PhotoFile, dispatch_uid="photos.file_deleted")
def file_deleted(instance: PhotoFile, **_: Any) -> None:
    if instance.bytes_stay:
        return
    name, photo = instance.stored, instance.photo
    transaction.on_commit(lambda: originals.remove(name), robust=True)
    if instance.is_one_of_two:
        return
    what = DestructiveAct.What.DELETED
    DestructiveAct.record(what, instance.name, instance.sha256, photo.pk, photo.owner_id)


@receiver(post_delete, sender=Photo, dispatch_uid="photos.deletion_recorded")
def deletion_recorded(instance: Photo, **_: Any) -> None:
    what = DestructiveAct.What.DELETED
    DestructiveAct.record(what, instance.original_name, instance.sha256, instance.pk, instance.owner_id)


@receiver(post_migrate, dispatch_uid="photos.migrated")
def migrated(sender: AppConfig, **_: Any) -> None:
    """Also a database that was emptied gets its words back."""
    if sender.label == "photos":
        shipped.fill()


@receiver(post_save, sender=VocabularyState, dispatch_uid="photos.words_changed")
def words_changed(update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields and "current" in update_fields:
        transaction.on_commit(queue_retagging, robust=True)


@receiver(model_switched, dispatch_uid="photos.model_switched")
def tags_of_another_model(**_: Any) -> None:
    VocabularyState.renew()
