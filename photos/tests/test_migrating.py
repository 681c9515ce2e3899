from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from ai.encoders.base import BadVector, Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.loading import ENCODERS, forget_encoder
from photos import embeddings, generations, storage, teaching, thumbnails
from photos.encoding import matching_encoder
from photos.migrating import MigrationSlice
from photos.models import Embedding, ModelMigration, Photo
from photos.models.model_migration import LEASE
from photos.tests.migrated import NEW, OLD, active_key, begin, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder")]

State = ModelMigration.State


class Counting(FakeEncoder):
    """Counts the pictures of each batch, and does something before one."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        super().__init__(revision="2")
        self.batches: list[int] = []
        self._before = before

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self._before()
        self.batches.append(len(images))
        return super().embed_images(images)


class SeesNoRed(FakeEncoder):
    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        if any(image.getpixel((0, 0))[0] > 200 for image in images):  # type: ignore[index]
            raise BadVector("A vector is zero and points nowhere.")
        return super().embed_images(images)


def new_ids() -> list[int]:
    return sorted(Embedding.objects.filter(model=NEW).values_list("photo_id", flat=True))


def without_renditions(photo: Photo) -> None:
    thumbnails.remove(storage.media_root(), photo.original)


def original(photo: Photo) -> Path:
    return Path(settings.MEDIA_ROOT) / photo.original


def test_a_migration_embeds_all_photos_compares_and_switches() -> None:
    photos = upload("red", "blue", "green")
    migration = begin()

    assert not work(migration)

    assert (migration.state, active_key()) == (State.SWITCHED, NEW)
    assert new_ids() == [photo.pk for photo in photos]
    assert (migration.done, migration.total, migration.embedded) == (3, 3, 3)
    assert migration.comparison is not None
    assert {query["overlap"] for query in migration.comparison["queries"]} == {1.0}
    assert embeddings.models_with_vectors() == {OLD, NEW}


def test_the_new_model_has_learned_the_taught_words_before_it_is_switched_to() -> None:
    red, blue, green = upload("red", "blue", "green")
    word = teaching.word_named("our boat")
    teaching.mark(word, [red], True, timezone.now())
    teaching.mark(word, [blue, green], False, timezone.now())
    migration = begin(review=True)

    work(migration)

    assert migration.state == State.READY
    assert list(word.probes.values_list("model", "positives", "negatives")) == [(NEW, 1, 2)]
    vocabulary = matching_encoder("other", NEW).vocabulary
    assert vocabulary is not None
    assert "our boat" in {known.word for known in vocabulary.words}


def test_photos_are_embedded_in_batches_each_in_a_transaction_of_its_own(
    other_encoder: Callable[[Encoder], None], settings: Settings
) -> None:
    settings.CLOUDZY_ENCODER_BATCH = 2
    stored: list[int] = []
    encoder = Counting(before=lambda: stored.append(len(new_ids())))
    other_encoder(encoder)
    upload("red", "blue", "green")

    work(begin())

    assert (encoder.batches[:2], stored[:2]) == ([2, 1], [0, 2])


def test_what_is_embedded_is_not_embedded_again(other_encoder: Callable[[Encoder], None]) -> None:
    upload("red", "blue")
    migration = begin(review=True)
    work(migration)
    encoder = Counting()
    other_encoder(encoder)
    upload("green")

    work(migration)

    assert encoder.batches == [1]
    assert (migration.state, migration.done, migration.total) == (State.READY, 3, 3)


def test_a_slice_ends_when_its_time_is_over_and_the_next_goes_on(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER_BATCH = 1
    upload("red", "blue")
    migration = begin()

    assert work(migration, length=timedelta(0))
    assert (migration.state, new_ids()) == (State.EMBEDDING, [])
    assert not work(migration)

    assert migration.state == State.SWITCHED


def test_it_pauses_in_proportion_to_its_work(
    other_encoder: Callable[[Encoder], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    pauses: list[float] = []

    def tick() -> None:
        clock[0] += 2.0

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", pauses.append)
    other_encoder(Counting(before=tick))
    upload("red")
    migration = begin(share=25)

    work(migration)

    assert pauses == [6.0]
    assert (migration.seconds, migration.rate) == (8.0, 0.125)


def test_rate_and_time_left_come_from_what_was_done() -> None:
    migration = ModelMigration(done=25, total=100, embedded=20, seconds=10.0)

    assert (migration.rate, migration.time_left, migration.percent) == (2.0, timedelta(seconds=38), 25)
    assert (ModelMigration().time_left, ModelMigration().percent) == (None, 0)


def test_a_migration_under_review_waits_for_a_person() -> None:
    upload("red")
    migration = begin(review=True)

    assert not work(migration)

    assert (migration.state, active_key()) == (State.READY, OLD)


def test_pictures_come_from_renditions_and_where_they_are_away_from_the_original() -> None:
    by_rendition, by_original = upload("red", "blue")
    original(by_rendition).unlink()
    without_renditions(by_original)

    work(begin())

    assert new_ids() == [by_rendition.pk, by_original.pk]


def test_a_damaged_rendition_is_passed_over() -> None:
    (photo,) = upload("blue")
    for size in thumbnails.SIZES:
        (storage.media_root() / thumbnails.path_for(photo.original, size)).write_bytes(b"RIFF no WebP")

    work(begin())

    assert new_ids() == [photo.pk]


def test_a_photo_that_cannot_be_embedded_is_named_and_stops_nothing(other_encoder: Callable[[Encoder], None]) -> None:
    other_encoder(SeesNoRed(revision="2"))
    lost, red, *good = upload("yellow", "red", "blue", "green", "black")
    original(lost).unlink()
    without_renditions(lost)
    migration = begin()

    work(migration)

    assert (migration.state, new_ids()) == (State.SWITCHED, [photo.pk for photo in good])
    reasons = dict(migration.unembedded.values_list("photo_id", "reason"))
    assert reasons[lost.pk] == "The file of this photo is not in the storage."
    assert "no usable vector" in reasons[red.pk]
    assert (migration.done, migration.total) == (3, 5)


def test_a_model_that_can_embed_hardly_anything_is_not_switched_to(other_encoder: Callable[[Encoder], None]) -> None:
    other_encoder(SeesNoRed(revision="2"))
    upload("red")
    migration = begin()

    assert not work(migration)

    assert (migration.state, active_key()) == (State.FAILED, OLD)
    assert migration.problem == "1 photos could not be embedded, more than could."


def test_a_model_that_is_removed_meanwhile_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> Encoder:
        raise EncoderUnavailable("The model is not there. Run `manage.py models fetch it`.")

    upload("red")
    migration = begin()
    there = ENCODERS["other"]
    monkeypatch.setitem(ENCODERS, "other", gone)
    forget_encoder()

    assert not work(migration)
    assert (migration.state, "models fetch it" in migration.problem) == (State.EMBEDDING, True)
    monkeypatch.setitem(ENCODERS, "other", there)
    work(migration)

    assert (migration.state, migration.problem) == (State.SWITCHED, "")


def test_a_disk_that_is_away_is_waited_for() -> None:
    (photo,) = upload("red")
    without_renditions(photo)
    aside = original(photo).rename(original(photo).with_suffix(".aside"))
    (storage.media_root() / storage.MARKER).unlink()
    migration = begin()

    work(migration)
    assert (migration.state, "not mounted" in migration.problem) == (State.EMBEDDING, True)
    (storage.media_root() / storage.MARKER).touch()
    aside.rename(original(photo))
    work(migration)

    assert migration.state == State.SWITCHED


def test_a_model_with_other_files_than_at_the_beginning_ends_the_migration(
    other_encoder: Callable[[Encoder], None],
) -> None:
    upload("red")
    migration = begin()
    other_encoder(FakeEncoder(revision="9"))

    work(migration)

    assert (migration.state, new_ids()) == (State.FAILED, [])
    assert "models use` again" in migration.problem


@pytest.mark.parametrize("fate", ["deleted", "trashed"])
def test_a_photo_that_goes_while_it_is_embedded_harms_nothing(
    fate: str, other_encoder: Callable[[Encoder], None]
) -> None:
    stays, goes = upload("red", "blue")
    ids = [stays.pk, goes.pk]
    away: dict[str, Callable[[], object]] = {"deleted": goes.delete, "trashed": lambda: goes.trash(timezone.now())}
    other_encoder(Counting(before=away[fate]))
    migration = begin()

    work(migration)

    assert migration.state == State.SWITCHED
    assert embeddings.vectors_of(NEW, ids)[0].tolist() == ids[:1]


def test_a_migration_cancelled_under_a_worker_writes_nothing_more(other_encoder: Callable[[Encoder], None]) -> None:
    other_encoder(Counting(before=lambda: generations.cancel(timezone.now())))
    upload("red")
    migration = begin()

    assert not work(migration)

    assert (migration.state, new_ids()) == (State.CANCELLED, [])


def test_only_one_process_works_on_a_migration_until_its_lease_is_over() -> None:
    upload("red")
    migration, now = begin(), timezone.now()
    first, second = uuid.uuid4(), uuid.uuid4()
    taken = ModelMigration.objects.take(migration.pk, first, [], now)
    assert taken is not None

    assert ModelMigration.objects.take(migration.pk, second, [], now) is None
    assert ModelMigration.objects.take(migration.pk, second, [first], now) is not None
    assert ModelMigration.objects.take(migration.pk, first, [], now + LEASE) is None
    assert ModelMigration.objects.take(migration.pk, first, [], now + 2 * LEASE) is not None
    assert not MigrationSlice(taken, second).work()
    assert new_ids() == []


def test_a_photo_that_takes_its_workers_with_it_is_given_up_and_the_others_are_done(
    other_encoder: Callable[[Encoder], None],
) -> None:
    class DiesOfRed(SeesNoRed):
        def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
            try:
                return super().embed_images(images)
            except BadVector as exc:
                raise KeyboardInterrupt from exc

    other_encoder(DiesOfRed(revision="2"))
    blue, red, green = upload("blue", "red", "green")
    migration = begin()
    for careful in (False, True, True):
        with pytest.raises(KeyboardInterrupt):
            work(migration, careful)

    work(migration)

    assert (migration.state, new_ids()) == (State.SWITCHED, [blue.pk, green.pk])
    assert [str(failure) for failure in migration.unembedded.all()] == [f"photo {red.pk}: Embedding it broke off."]


def test_a_stand_in_that_goes_by_names_is_told_the_name_of_each() -> None:
    named = upload("red", "blue")

    work(begin("placeholder"))

    vectors = embeddings.vectors_of("placeholder@1-512d", [photo.pk for photo in named])[1]
    assert len(vectors) == 2
    assert not np.allclose(vectors[0], vectors[1])
