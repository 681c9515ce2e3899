"""Migrations as workers do them: slices that follow each other, whatever is lost between them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image
from pytest_django import Settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.loading import ENCODERS, forget_encoder
from jobs.models import Run
from jobs.progress import progress_of
from jobs.worker import Worker
from photos import generations, tasks
from photos.embeddings import vectors_of
from photos.migrating import MigrationSlice
from photos.models import Embedding, ModelMigration, Photo
from photos.tasks import go_on_migrating, migrate_library, queue_left_behind, queue_migration
from photos.tests.migrated import NEW, OLD, active_key, begin, migrated, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder")]

State = ModelMigration.State


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


class KillsAtSecond(FakeEncoder):
    def __init__(self) -> None:
        super().__init__(revision="2")
        self.pictures = 0

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self.pictures += len(images)
        if self.pictures == 2:
            raise Killed
        return super().embed_images(images)


def step(worker: str = "a") -> bool:
    """Do the next job, whenever it was to be done."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    return Worker(worker).step()


def unfinished() -> int:
    return Run.objects.unfinished(migrate_library).count()


def test_a_slice_queues_the_next_until_all_is_done(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.CLOUDZY_ENCODER_BATCH = 1
    photos = upload("red", "blue")
    migration = begin()
    queue_migration(migration.pk, timezone.now())
    monkeypatch.setattr(tasks.migrations, "MigrationSlice", partial(MigrationSlice, length=timedelta(0)))
    step()
    assert (unfinished(), Embedding.objects.filter(model=NEW).count()) == (1, 0)
    monkeypatch.setattr(tasks.migrations, "MigrationSlice", MigrationSlice)

    step()

    assert (active_key(), unfinished()) == (NEW, 0)
    assert vectors_of(NEW, [photo.pk for photo in photos])[0].tolist() == [photo.pk for photo in photos]


def test_the_job_tells_how_far_it_is() -> None:
    upload("red", "blue")
    migration = begin()
    queue_migration(migration.pk, timezone.now())
    job = Run.objects.get().pk

    step()

    told = progress_of(job)
    assert (told.done, told.total, told.message) == (2, 2, f"{OLD} to {NEW}")


def test_a_migration_whose_worker_was_killed_goes_on_at_once_and_embeds_nothing_twice(
    other_encoder: Callable[[Encoder], None], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLOUDZY_ENCODER_BATCH = 1
    other_encoder(KillsAtSecond())
    photos = upload("red", "blue", "green")
    migration = begin()
    queue_migration(migration.pk, timezone.now())
    with monkeypatch.context() as lost, pytest.raises(Killed):
        lost.setattr(ModelMigration, "release", lambda *_: None)  # a process that is killed cleans up nothing
        step("a")
    new = Embedding.objects.filter(model=NEW)
    kept = list(new.values_list("photo_id", "created_at"))
    Run.objects.expire("a", timezone.now(), "Its process was ended by SIGKILL.")
    Run.objects.return_lost(timezone.now())

    step("b")

    migration.refresh_from_db()
    assert (migration.state, migration.embedded) == (State.SWITCHED, 3)
    assert set(kept) < set(new.values_list("photo_id", "created_at"))
    assert new.count() == len(photos)


def test_a_migration_whose_job_is_lost_is_queued_again() -> None:
    upload("red")
    begin()

    go_on_migrating(timezone.now())
    go_on_migrating(timezone.now())

    assert unfinished() == 1
    step()
    assert active_key() == NEW


def test_one_that_waits_for_a_person_is_left_alone_until_photos_come_in() -> None:
    upload("red")
    migration = begin(review=True)
    work(migration)
    go_on_migrating(timezone.now())
    assert unfinished() == 0
    upload("blue")

    go_on_migrating(timezone.now())
    step()

    migration.refresh_from_db()
    assert (migration.state, migration.done) == (State.READY, 2)


def test_one_that_is_over_is_not_gone_on_with() -> None:
    upload("red")
    migration = begin()
    queue_migration(migration.pk, timezone.now())
    generations.cancel(timezone.now())

    step()
    go_on_migrating(timezone.now())

    assert (unfinished(), Embedding.objects.filter(model=NEW).count()) == (0, 0)


def test_one_that_another_process_works_on_is_left_to_it() -> None:
    upload("red")
    migration = begin()
    assert ModelMigration.objects.take(migration.pk, uuid.uuid4(), [], timezone.now())

    go_on_migrating(timezone.now())
    assert unfinished() == 0
    queue_migration(migration.pk, timezone.now())
    step()

    assert (unfinished(), active_key()) == (0, OLD)


def test_one_whose_model_is_away_goes_on_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> Encoder:
        raise EncoderUnavailable("gone")

    upload("red")
    begin()
    there = ENCODERS["other"]
    monkeypatch.setitem(ENCODERS, "other", gone)
    forget_encoder()
    go_on_migrating(timezone.now())
    step()
    assert (active_key(), unfinished()) == (OLD, 0)
    monkeypatch.setitem(ENCODERS, "other", there)

    go_on_migrating(timezone.now())
    step()

    assert active_key() == NEW


def test_a_photo_embedded_by_the_old_model_as_the_library_changed_is_embedded_by_the_new_one() -> None:
    migrated("red")
    generations.rollback()
    (late,) = upload("blue")
    generations.rollback()
    assert active_key() == NEW

    queue_left_behind(timezone.now())
    step()

    assert vectors_of(NEW, [late.pk])[0].tolist() == [late.pk]
    assert Photo.objects.get(pk=late.pk).tag_names == ["blue"]


def test_after_a_rollback_what_came_in_since_gets_the_old_vector_in_the_background() -> None:
    migrated("red")
    (since,) = upload("blue")
    generations.rollback()
    assert not len(vectors_of(OLD, [since.pk])[0])

    queue_left_behind(timezone.now())
    step()

    assert vectors_of(OLD, [since.pk])[0].tolist() == [since.pk]
    queue_left_behind(timezone.now())
    assert not Run.objects.unfinished(tasks.analyse_photo).exists()


def test_a_photo_whose_new_vector_failed_is_not_tried_for_ever() -> None:
    photos = migrated("red")
    Embedding.objects.filter(model=NEW).delete()
    photos[0].stages.filter(name="embedding").update(status="failed", error="why")

    queue_left_behind(timezone.now())

    assert not Run.objects.exists()


def test_without_the_encoder_nothing_is_queued_for_it(use_encoder: Callable[[Encoder], None]) -> None:
    upload("red")
    use_encoder(FakeEncoder(revision="3"))
    upload("blue")

    queue_left_behind(timezone.now())

    assert not Run.objects.exists()
