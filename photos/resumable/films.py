"""What joins films that wait to their photos as soon as those come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import task

from jobs.duties import duty
from photos.models import IncomingUpload, Photo
from photos.resumable import upkeep

AT_ONCE = 100


@task(queue_name="ingest")
def join_films(owner_id: int, stem: str) -> None:
    """Look whether the photo of this stem is the one that films of its owner wait for."""
    waiting = IncomingUpload.objects.waiting().filter(owner=owner_id, waits_for=stem)
    upkeep.settle(waiting.select_related("owner")[:AT_ONCE], timezone.now())


@receiver(post_save, sender=Photo, dispatch_uid="photos.films_may_join")
def films_may_join(instance: Photo, created: bool, **_: Any) -> None:
    owner_id, stem = instance.owner_id, instance.stem
    if created and IncomingUpload.objects.waiting().filter(owner=owner_id, waits_for=stem).exists():
        # Robust: the photo is committed by then, and must not lose its bytes over this; the next look does it too.
        transaction.on_commit(lambda: join_films.enqueue(owner_id, stem), robust=True)


@duty(every=timedelta(minutes=10))
def look_for_photos(now: datetime) -> None:
    """Look once more, for photos that came as a version of another, or whose job was lost."""
    upkeep.settle(IncomingUpload.objects.waiting().with_photo().select_related("owner")[:AT_ONCE], now)
