"""Two who decide about the model of a library at the same moment, and writers that meet a settling."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from photos import generations
from photos.embeddings import models_with_vectors, put_vectors, vectors_of
from photos.generations import GenerationProblem
from photos.models import ActiveModel, ModelMigration, Photo
from photos.tests.migrated import NEW, OLD, active_key, begin, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("other_encoder")]


@pytest.fixture
def photos(make_photo: Callable[..., Photo]) -> list[Photo]:
    ActiveModel.adopt("fake", OLD)
    return [make_photo(embedding=np.eye(32)[number], model=OLD) for number in range(6)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of this at the same moment, each in a thread with a connection of its own; refusals are results."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except GenerationProblem as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [running.result() for running in [pool.submit(do, act) for act in acts]]


@pytest.mark.usefixtures("photos")
def test_two_who_begin_at_once_begin_one_migration() -> None:
    found = at_once(*[begin] * 4)

    assert len({migration.pk for migration in found if isinstance(migration, ModelMigration)}) == 1
    assert ModelMigration.objects.count() == 1


@pytest.mark.usefixtures("photos")
def test_of_two_models_only_one_is_on_its_way() -> None:
    found = at_once(lambda: begin("other"), lambda: begin("placeholder"))

    assert [isinstance(result, GenerationProblem) for result in found].count(True) == 1
    assert ModelMigration.objects.running().count() == 1


@pytest.mark.usefixtures("photos")
def test_a_migration_is_switched_to_or_cancelled_but_not_both() -> None:
    migration = begin(review=True)
    work(migration)

    at_once(
        lambda: generations.switch(ModelMigration.objects.get(), timezone.now()),
        lambda: generations.cancel(timezone.now()),
    )

    migration.refresh_from_db()
    assert (migration.state, active_key()) in {("switched", NEW), ("cancelled", OLD)}


def test_vectors_written_while_others_are_deleted_are_kept_once_each(
    photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(begin())
    monkeypatch.setattr(generations, "DELETED_AT_ONCE", 1)
    ids = [photo.pk for photo in photos]
    written = {pk: np.eye(32, dtype=np.float32)[20 + at] for at, pk in enumerate(ids)}

    def write() -> None:
        for pk, vector in written.items():
            put_vectors(NEW, {pk: vector})

    def read() -> set[int]:
        return {len(vectors_of(NEW, ids)[0]) for _ in range(40)}

    *_, seen = at_once(lambda: generations.settle(lambda _: None), write, read)

    assert seen == {len(ids)}
    assert np.array_equal(vectors_of(NEW, ids)[1], np.stack(list(written.values())))
    assert models_with_vectors() == {NEW}
