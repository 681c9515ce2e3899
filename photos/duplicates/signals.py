"""What makes photos to be compared with one another once more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from photos.events import model_switched, vectors_changed
from photos.models import Fingerprint, Photo

# What decides which photos are in a group, and which of them is to be kept.
TELLING = frozenset({"trashed_at", "taken_at", "favorite", "rating"})


@receiver(post_save, sender=Photo, dispatch_uid="photos.duplicates_may_differ")
def duplicates_may_differ(instance: Photo, update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields and TELLING & set(update_fields):
        Fingerprint.objects.look_again([instance.pk])


@receiver(pre_delete, sender=Photo, dispatch_uid="photos.keeper_goes")
def keeper_goes(instance: Photo, **_: Any) -> None:
    """Its groups go with it, and the others in them are still like one another."""
    Fingerprint.objects.look_again_beside(instance.pk)


@receiver(vectors_changed, dispatch_uid="photos.lookalikes_may_differ")
def lookalikes_may_differ(photo_ids: Sequence[int], **_: Any) -> None:
    Fingerprint.objects.look_again(photo_ids)


@receiver(model_switched, dispatch_uid="photos.lookalikes_of_another_model")
def lookalikes_of_another_model(**_: Any) -> None:
    """Once it has happened: the switch itself writes one row, however many photos there are."""
    transaction.on_commit(lambda: Fingerprint.objects.update(fresh=True), robust=True)
