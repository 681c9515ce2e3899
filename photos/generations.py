"""Changing the model of a library: what a person decides about it. `photos.migrating` does the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from ai.encoders.base import Encoder, model_key
from ai.loading import ENCODERS, get_encoder
from ai.store import ModelStore
from photos import embeddings
from photos.encoding import matching_encoder
from photos.events import generation_gone, model_switched
from photos.models import ActiveModel, ModelMigration, Photo
from photos.models.queryset import PhotoQuerySet

DELETED_AT_ONCE = 500


class GenerationProblem(Exception):  # noqa: N818 - why it cannot be done now, in words for a person
    """What a person asked for cannot be done now; the message says why and what to do."""


def encoder_named(name: str) -> str:
    """Return what `get_encoder` takes for a name as people know it; raise ModelProblem where it is not installed."""
    if name in ENCODERS or ":" in name:
        return name
    return f"{ModelStore(settings.CLOUDZY_MODELS_DIR).usable(name).layout.kind}:{name}"


def opened(name: str) -> Encoder:
    """Return the encoder after trying whether it opens; raise EncoderUnavailable."""
    encoder = get_encoder(name)
    encoder.warm_up()
    encoder.embed_texts(["a photo"])
    return encoder


def begin(name: str, now: datetime, share: int, review: bool) -> ModelMigration | None:
    """Begin to move the library to the encoder of this name, or go on with it; None where nothing has to be embedded.

    A library without vectors is the new encoder's at once. Raise EncoderUnavailable where that cannot be opened,
    GenerationProblem where the library is on its way to another one.
    """
    key = model_key(opened(name))
    with transaction.atomic():
        ActiveModel.adopt(name, key)
        active = ActiveModel.objects.select_for_update().get(pk=1)
        running = ModelMigration.objects.running().first()
        if running and running.model != key:
            raise GenerationProblem(f"The library is on its way {running}: wait, or run `manage.py models cancel`.")
        if running:
            ModelMigration.objects.filter(pk=running.pk).update(share=share, review=review)
            return ModelMigration.objects.get(pk=running.pk)
        if active.key == key:
            ActiveModel.objects.filter(pk=active.pk).update(encoder=name)
            return None
        if not embeddings.is_embedded():
            _replace(active, name, key)
            return None
        return ModelMigration.objects.create(
            encoder=name,
            model=key,
            replaced_encoder=active.encoder,
            replaced_model=active.key,
            started_at=now,
            share=share,
            review=review,
        )


def lacking(migration: ModelMigration) -> PhotoQuerySet:
    """Return the photos that a migration has yet to embed: all but those it could not."""
    given_up = migration.unembedded.given_up().values("photo_id")
    return Photo.objects.stale(migration.model).exclude(pk__in=given_up)


def is_complete(migration: ModelMigration) -> bool:
    return not lacking(migration).exists()


def switch(migration: ModelMigration, now: datetime) -> bool:
    """Read the library with the new model from now on; False where photos have come in that lack it still.

    Raise GenerationProblem where there is nothing to switch to, EncoderUnavailable where it cannot be opened.
    """
    matching_encoder(migration.encoder, migration.model)
    with transaction.atomic():
        active = ActiveModel.locked()
        migration.refresh_from_db()
        if active is None or migration.state != ModelMigration.State.READY:
            raise GenerationProblem(f"The migration {migration} is {migration.state}, not ready to be switched to.")
        if not is_complete(migration):
            return False
        active.change_to(migration.encoder, migration.model)
        migration.end(ModelMigration.State.SWITCHED, now)
        model_switched.send(sender=ActiveModel, model=active.key)
    return True


def rollback() -> ActiveModel:
    """Read the library with the model before this one again; return what is active then.

    Raise GenerationProblem where there is no way back, EncoderUnavailable where the old model cannot be opened.
    """
    active = ActiveModel.current()
    if active and active.previous_key:
        matching_encoder(active.previous_encoder, active.previous_key)
    with transaction.atomic():
        active = ActiveModel.locked()
        if active is None or not active.previous_key:
            raise GenerationProblem("There is no model to go back to: none was switched, or it was settled since.")
        active.change_to(active.previous_encoder, active.previous_key)
        model_switched.send(sender=ActiveModel, model=active.key)
    return active


def cancel(now: datetime) -> ModelMigration:
    """Stop the migration that is running; what it has embedded stays for another time. Raise GenerationProblem."""
    migration = ModelMigration.objects.running().first()
    if migration is None or not migration.end(ModelMigration.State.CANCELLED, now):
        raise GenerationProblem("No migration is running.")
    return migration


def settle(told: Callable[[int], object]) -> int:
    """Give up the way back and delete the vectors of all other models, for good; return how many.

    `told` hears after every step how many are deleted. It can be broken off and repeated at any time. A photo that
    lacks a vector of the active model keeps what it has. Raise GenerationProblem while a migration runs, also one that
    has begun since.
    """
    with transaction.atomic():
        active = _held_at_rest()
        active.stay()
    before, deleted = embeddings.models_with_vectors(), 0
    for model in sorted(before - {active.key}):
        while step := _settle_step(model, active.key):
            deleted += step
            told(deleted)
    for model in sorted(before - embeddings.models_with_vectors()):
        generation_gone.send(sender=ActiveModel, model=model)
    return deleted


def _held_at_rest() -> ActiveModel:
    """Hold the library's model until the transaction ends; raise GenerationProblem while it is being changed."""
    active = ActiveModel.locked()
    if active is None:
        raise GenerationProblem("The library has no model yet.")
    if running := ModelMigration.objects.running().first():
        raise GenerationProblem(f"The library is on its way {running}: wait, or run `manage.py models cancel`.")
    return active


def _settle_step(model: str, kept: str) -> int:
    """Delete some vectors of a model, as long as nobody changes to it: they would be those of the library."""
    with transaction.atomic():
        if _held_at_rest().key != kept:
            raise GenerationProblem("The library has changed its model meanwhile: what was left to settle stays.")
        return embeddings.drop_some(model, kept, DELETED_AT_ONCE)


def _replace(active: ActiveModel, name: str, key: str) -> None:
    """Give a library that nothing was embedded in to another model; there is nothing to go back to."""
    active.encoder, active.key = name, key
    active.stay()
