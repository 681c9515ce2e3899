from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.loading import ENCODERS, forget_encoder
from ai.manifests import ModelProblem
from photos import embeddings, generations
from photos.events import generation_gone, model_switched
from photos.generations import GenerationProblem
from photos.models import ActiveModel, Embedding, ModelMigration
from photos.tests.migrated import NEW, OLD, active_key, begin, migrated, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder")]

State = ModelMigration.State


@pytest.fixture
def switched() -> Any:
    """Hear of every switch, as the rooms to the right do."""
    heard: list[str] = []

    def hear(model: str, **_: object) -> None:
        heard.append(model)

    model_switched.connect(hear)
    yield heard
    model_switched.disconnect(hear)


def embedded() -> list[tuple[int, str]]:
    """Return which photo has a vector of which model."""
    return list(Embedding.objects.order_by("photo_id", "model").values_list("photo_id", "model"))


def tables_written(captured: CaptureQueriesContext) -> list[str]:
    statements = [query["sql"] for query in captured.captured_queries]
    return sorted({sql.split('"')[1] for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))})


def test_a_library_belongs_to_the_encoder_of_its_first_vector() -> None:
    upload("red")

    active = ActiveModel.objects.get()
    assert (active.encoder, active.key, active.previous_key) == ("fake", OLD, "")


def test_an_empty_library_is_the_new_encoders_at_once() -> None:
    assert generations.begin("other", timezone.now(), 100, False) is None

    (photo,) = upload("red")
    assert (active_key(), embedded()) == (NEW, [(photo.pk, NEW)])


def test_an_empty_library_can_change_as_often_as_one_likes() -> None:
    generations.begin("other", timezone.now(), 100, False)

    assert generations.begin("fake", timezone.now(), 100, False) is None

    assert ActiveModel.objects.get().previous_key == ""
    (photo,) = upload("red")
    assert embedded() == [(photo.pk, OLD)]


def test_the_model_in_use_needs_no_migration() -> None:
    upload("red")

    assert generations.begin("fake", timezone.now(), 100, False) is None

    assert not ModelMigration.objects.exists()


def test_an_encoder_that_does_not_open_begins_nothing(no_encoder: object) -> None:
    assert no_encoder
    ActiveModel.adopt("fake", OLD)

    with pytest.raises(EncoderUnavailable):
        begin("compact")

    assert not ModelMigration.objects.exists()


def test_to_begin_twice_goes_on_with_the_first_and_takes_its_new_pace() -> None:
    upload("red")
    first = begin(share=50)

    second = begin(share=25, review=True)

    assert (second.pk, second.share, second.review) == (first.pk, 25, True)


def test_a_library_is_on_its_way_to_one_model_only() -> None:
    upload("red")
    begin()

    with pytest.raises(GenerationProblem, match=f"on its way {OLD} to {NEW}"):
        begin("placeholder")


def test_a_switch_is_one_row_and_a_stamp_for_the_tags_and_everyone_is_told(switched: list[str]) -> None:
    upload("red", "blue")
    migration = begin(review=True)
    work(migration)

    with CaptureQueriesContext(connection) as captured:
        assert generations.switch(migration, timezone.now())

    assert tables_written(captured) == ["active_model", "model_migration", "vocabulary_state"]
    active = ActiveModel.objects.get()
    assert (active.encoder, active.key) == ("other", NEW)
    assert (active.previous_encoder, active.previous_key) == ("fake", OLD)
    assert (migration.state, switched) == (State.SWITCHED, [NEW])


def test_what_is_not_ready_is_not_switched_to() -> None:
    upload("red")
    migration = begin(review=True)

    with pytest.raises(GenerationProblem, match="is embedding, not ready"):
        generations.switch(migration, timezone.now())

    assert active_key() == OLD


def test_a_switch_waits_for_photos_that_have_come_in_since() -> None:
    upload("red")
    migration = begin(review=True)
    work(migration)
    upload("blue")

    assert not generations.switch(migration, timezone.now())
    assert active_key() == OLD
    work(migration)

    assert generations.switch(migration, timezone.now())


def test_a_rollback_is_one_row_and_a_stamp_for_the_tags_and_everyone_is_told(switched: list[str]) -> None:
    migrated("red", "blue")

    with CaptureQueriesContext(connection) as captured:
        generations.rollback()

    assert tables_written(captured) == ["active_model", "vocabulary_state"]
    assert (active_key(), switched) == (OLD, [NEW, OLD])
    assert generations.rollback().key == NEW


def test_without_a_way_back_there_is_no_rollback() -> None:
    with pytest.raises(GenerationProblem, match="no model to go back to"):
        generations.rollback()
    upload("red")

    with pytest.raises(GenerationProblem, match="no model to go back to"):
        generations.rollback()


def test_a_rollback_to_a_model_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    migrated("red")
    monkeypatch.delitem(ENCODERS, "fake")
    forget_encoder()

    with pytest.raises(EncoderUnavailable):
        generations.rollback()

    assert active_key() == NEW


def test_a_cancelled_migration_keeps_what_it_has_embedded_for_the_next() -> None:
    photos = upload("red", "blue")
    first = begin(review=True)
    work(first)

    generations.cancel(timezone.now())

    assert active_key() == OLD
    assert embedded() == [(photo.pk, model) for photo in photos for model in (OLD, NEW)]
    second = begin()
    work(second)
    assert (second.state, second.embedded, second.done) == (State.SWITCHED, 0, 2)
    with pytest.raises(GenerationProblem):
        generations.cancel(timezone.now())


def test_to_settle_leaves_one_vector_a_photo() -> None:
    photos = migrated("red", "blue")
    before = embeddings.vectors_of(NEW, [photo.pk for photo in photos])
    told: list[int] = []

    assert generations.settle(told.append) == 2

    assert (embedded(), told) == ([(photo.pk, NEW) for photo in photos], [2])
    after = embeddings.vectors_of(NEW, [photo.pk for photo in photos])
    assert all(np.array_equal(left, right) for left, right in zip(before, after, strict=True))
    assert ActiveModel.objects.get().previous_key == ""


def test_to_settle_again_after_it_broke_off_does_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    photos = migrated("red", "blue", "green")
    monkeypatch.setattr(generations, "DELETED_AT_ONCE", 1)

    def break_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generations.settle(break_off)
    assert embeddings.count_vectors(NEW) == 3
    assert embeddings.count_vectors(OLD) == 2

    assert generations.settle(lambda _: None) == 2
    assert embedded() == [(photo.pk, NEW) for photo in photos]


def test_to_settle_tells_which_models_are_gone() -> None:
    migrated("red")
    gone: list[str] = []

    def hear(model: str, **_: object) -> None:
        gone.append(model)

    generation_gone.connect(hear)
    try:
        generations.settle(lambda _: None)
    finally:
        generation_gone.disconnect(hear)

    assert gone == [OLD]


def test_a_photo_without_the_new_vector_keeps_its_old_one_when_all_is_settled() -> None:
    kept, trashed = upload("red", "blue")
    trashed.trash(timezone.now())
    work(begin())

    generations.settle(lambda _: None)

    assert embedded() == [(kept.pk, NEW), (trashed.pk, OLD)]


def test_nothing_is_settled_while_a_migration_runs() -> None:
    upload("red")
    begin()

    with pytest.raises(GenerationProblem, match="on its way"):
        generations.settle(lambda _: None)


@pytest.mark.parametrize("switches", [True, False])
def test_a_migration_that_begins_while_all_is_settled_keeps_its_vectors(
    monkeypatch: pytest.MonkeyPatch, switches: bool
) -> None:
    photos = migrated("red", "blue", "green")
    monkeypatch.setattr(generations, "DELETED_AT_ONCE", 1)

    def go_back_to_the_old_model(_: int) -> None:
        if not ModelMigration.objects.filter(model=OLD).exists():
            work(begin("fake", review=not switches))

    with pytest.raises(GenerationProblem, match="changed its model" if switches else "on its way"):
        generations.settle(go_back_to_the_old_model)

    assert embeddings.count_vectors(OLD) == embeddings.count_vectors(NEW) == len(photos)
    assert active_key() == (OLD if switches else NEW)


def test_a_rollback_after_a_cancelled_settle_is_gone_but_the_model_can_be_used_again() -> None:
    migrated("red")
    generations.settle(lambda _: None)

    work(begin("fake"))

    assert active_key() == OLD


def test_an_installed_model_is_named_as_people_know_it() -> None:
    assert generations.encoder_named("compact") == "compact"
    assert generations.encoder_named("clip:mine") == "clip:mine"
    with pytest.raises(ModelProblem, match="nothing"):
        generations.encoder_named("nothing")


def test_a_shipped_encoder_in_a_new_revision_is_a_migration_like_any_other(
    use_encoder: Callable[[Encoder], None],
) -> None:
    (before,) = upload("red")
    use_encoder(FakeEncoder(revision="3"))
    (meanwhile,) = upload("blue")
    assert (meanwhile.tag_names, embeddings.models_of(meanwhile.pk)) == (["blue"], ["fake@3-32d"])

    migration = begin("fake")
    work(migration)

    assert (active_key(), migration.embedded) == ("fake@3-32d", 1)
    assert embeddings.vectors_of("fake@3-32d", [before.pk, meanwhile.pk])[0].tolist() == [before.pk, meanwhile.pk]
    assert "could not be compared" in (migration.comparison or {})["note"]
