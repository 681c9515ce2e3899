"""What photos tell the index: that something changed, that a new model is ready, that an old one is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connections
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from photos.events import generation_gone, generation_ready, vectors_changed
from photos.models import Photo
from search.facts.sources import watched
from search.facts.watching import install, uninstall
from search.fulltext.mirrors import MIRRORS
from search.index.rebuild import discard, rebuild
from search.index.spaces import Space
from search.models import IndexChange

INDEXED_FIELDS = frozenset({"archived", "trashed_at"})  # of vectors themselves vectors_changed tells


@receiver(post_save, sender=Photo, dispatch_uid="search.photo_saved")
def photo_saved(instance: Photo, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or INDEXED_FIELDS & set(update_fields)):
        IndexChange.record(instance.pk)


@receiver(post_delete, sender=Photo, dispatch_uid="search.photo_deleted")
def photo_deleted(instance: Photo, **_: Any) -> None:
    IndexChange.record(instance.pk)


@receiver(vectors_changed, dispatch_uid="search.vectors_changed")
def some_vectors_changed(model: str, photo_ids: Sequence[int], **_: Any) -> None:
    IndexChange.record_all(photo_ids, model)


@receiver(generation_ready, dispatch_uid="search.generation_ready")
def a_generation_is_ready(model: str, **_: Any) -> None:
    rebuild(Space.of(model), timezone.now())


@receiver(generation_gone, dispatch_uid="search.generation_gone")
def a_generation_is_gone(model: str, **_: Any) -> None:
    discard(Space.of(model))


def mirror_texts(using: str, **_: Any) -> None:
    """Have the database keep its text index from now on, after whatever a migration did to the tables."""
    if connections[using].vendor == "sqlite":
        for mirror in MIRRORS:
            mirror.install()


def watch_facts(using: str, **_: Any) -> None:
    """Have the database log changed facts from now on, of every operator there is."""
    if connections[using].vendor == "sqlite":
        install(watched())


def unwatch_facts(using: str, plan: Sequence[Any], **_: Any) -> None:
    """Stop it while migrations change tables; the end of them is news of every photo."""
    if plan and connections[using].vendor == "sqlite":
        uninstall()
