from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Run
from jobs.progress import progress_of
from jobs.worker import Worker
from photos.models import ActiveModel, Photo
from search.index import live, rebuild
from search.index.healing import queue_healing
from search.index.live import LiveIndex
from search.index.locks import folder_lock
from search.index.snapshot import look
from search.index.spaces import Space
from search.tests.factories import axis
from search.upkeep import doing as upkeep
from search.upkeep.caretaking import heal_large_indexes

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(embedding=axis(0))


@pytest.fixture
def large(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a library of one photo for a large one."""
    ActiveModel.adopt("fake", space.model)
    monkeypatch.setattr(upkeep, "FLAT_UP_TO", 0)
    monkeypatch.setattr(live, "FLAT_UP_TO", 0)


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


@pytest.mark.usefixtures("photo", "large")
def test_a_worker_makes_a_large_index_that_is_missing(space: Space) -> None:
    heal_large_indexes(timezone.now())
    heal_large_indexes(timezone.now())
    assert [run.subject for run in Run.objects.all()] == [space.model]

    work()

    made = look(space).snapshot
    assert made is not None
    assert made.manifest.count == 1
    assert progress_of(Run.objects.get().pk).message.endswith("1 of 1 vectors")
    heal_large_indexes(timezone.now())
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("large")
def test_a_worker_makes_a_large_index_anew_once_much_has_changed(
    photo: Photo, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild.rebuild(space, timezone.now())
    heal_large_indexes(timezone.now())
    assert not Run.objects.exists()

    monkeypatch.setattr(rebuild, "_TAIL", 0)
    photo.save()
    heal_large_indexes(timezone.now())

    assert Run.objects.count() == 1


@pytest.mark.usefixtures("photo")
def test_small_indexes_are_no_business_of_workers(space: Space) -> None:
    ActiveModel.adopt("fake", space.model)

    heal_large_indexes(timezone.now())

    assert not Run.objects.exists()


@pytest.mark.usefixtures("photo")
def test_an_index_somebody_else_is_at_is_left_to_them(space: Space) -> None:
    queue_healing(space.model, timezone.now())

    with folder_lock(space.folder):
        work()

    assert Run.objects.get().job.status == "SUCCESSFUL"
    assert look(space).snapshot is None


@pytest.mark.usefixtures("photo")
def test_the_index_goes_before_the_photos_of_a_long_import(space: Space) -> None:
    now = timezone.now()
    queue_healing(space.model, now - timedelta(seconds=1))

    first = Run.objects.ready(now).first()

    assert first is not None
    assert first.subject == space.model


@pytest.mark.usefixtures("photo", "large")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("a_worker_is_there", [True, False])
def test_a_search_leaves_a_large_index_to_a_worker_if_there_is_one(
    a_worker_is_there: bool, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", True)
    if not a_worker_is_there:
        queue_healing(space.model, timezone.now() - timedelta(minutes=1))

    index = LiveIndex(space)
    index.current()
    index.wait_until_healed()

    assert Run.objects.count() == 1
    assert (look(space).snapshot is None) == a_worker_is_there
