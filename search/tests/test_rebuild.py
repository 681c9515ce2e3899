from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from accounts.models import User
from photos.models import Photo
from search.engines import ENGINES, Step
from search.index import rebuild as rebuilding
from search.index import snapshot
from search.index.live import LiveIndex
from search.index.locks import Busy, folder_lock
from search.index.manifest import UnverifiedSnapshotError
from search.index.rebuild import heal, rebuild
from search.index.snapshot import look
from search.index.spaces import Space
from search.models import Library
from search.tests.factories import NOW, axis, bulk_photos, unit_vectors

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


def test_a_snapshot_holds_what_a_search_may_find_and_nothing_else(make_photo: MakePhoto, space: Space) -> None:
    found = make_photo(embedding=axis(0))
    make_photo(embedding=axis(1), archived=True)
    make_photo(embedding=axis(2), trashed=True)
    make_photo(embedding=axis(3), model="fake@2-32d")
    make_photo()

    manifest = rebuild(space, NOW)

    snapshot_ = look(space).snapshot
    assert manifest.count == 1
    assert snapshot_ is not None
    assert snapshot_.engine.found_ids.tolist() == [found.pk]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_the_engine_can_be_chosen(engine: str, make_photo: MakePhoto, space: Space) -> None:
    make_photo(embedding=axis(0))

    assert rebuild(space, NOW, engine).engine == engine
    assert LiveIndex(space).current().base.kind == engine


def test_progress_is_told(owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(5_000))
    told: list[Step] = []

    rebuild(space, NOW, "flat", told.append)

    assert told == [Step("reading", 4_096, 5_000), Step("reading", 5_000, 5_000)]


def test_a_photo_that_comes_while_the_rows_are_read_is_replayed(
    make_photo: MakePhoto, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_photo(embedding=axis(0)), make_photo(embedding=axis(1))
    read = rebuilding.all_vectors

    def read_slowly(model: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        yield from read(model)
        make_photo(embedding=axis(5))
        first.delete()

    monkeypatch.setattr(rebuilding, "all_vectors", read_slowly)
    manifest = rebuild(space, NOW)

    state = LiveIndex(space).current()
    assert manifest.cursor < Library.position()[1]
    assert sorted(state.found_ids.tolist()) == [second.pk, Photo.objects.latest("pk").pk]


def test_healing_makes_what_is_missing(make_photo: MakePhoto, space: Space) -> None:
    make_photo(embedding=axis(0))

    heal(space, NOW)

    assert look(space).snapshot is not None


def test_healing_leaves_alone_what_is_well(make_photo: MakePhoto, space: Space) -> None:
    make_photo(embedding=axis(0))
    manifest = rebuild(space, NOW)

    heal(space, NOW)

    found = look(space).snapshot
    assert found is not None
    assert found.manifest == manifest


def test_healing_follows_a_snapshot_left_far_behind(
    make_photo: MakePhoto, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "_TAIL", 3)
    make_photo(embedding=axis(0))
    rebuild(space, NOW)
    for number in range(4):
        make_photo(embedding=axis(number))

    heal(space, NOW)

    found = look(space).snapshot
    assert found is not None
    assert found.manifest.count == 5


def test_healing_verifies_a_large_snapshot_instead_of_making_it_anew(
    make_photo: MakePhoto, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(embedding=axis(0))
    manifest = rebuild(space, NOW)
    data = manifest.paths(space.folder)[0]
    data.write_bytes(data.read_bytes())
    monkeypatch.setattr(snapshot, "HASH_AT_ONCE", 1)
    assert isinstance(look(space).error, UnverifiedSnapshotError)

    heal(space, NOW)

    found = look(space).snapshot
    assert found is not None
    assert found.manifest == manifest


def test_healing_makes_a_large_snapshot_anew_that_is_damaged(
    make_photo: MakePhoto, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(embedding=axis(0))
    manifest = rebuild(space, NOW)
    data = manifest.paths(space.folder)[0]
    data.write_bytes(data.read_bytes()[:-1] + b"\x77")
    monkeypatch.setattr(snapshot, "HASH_AT_ONCE", 1)

    heal(space, NOW)

    found = look(space).snapshot
    assert found is not None
    assert found.manifest.generation != manifest.generation


def test_only_one_process_heals_at_a_time(space: Space) -> None:
    with folder_lock(space.folder), pytest.raises(Busy):
        heal(space, NOW)
