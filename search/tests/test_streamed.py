from __future__ import annotations

import numpy as np
import pytest

from accounts.models import User
from photos.embeddings import put_vector
from photos.models import Photo
from search.engines import ExactEngine
from search.engines.base import Candidates
from search.index import live
from search.index.live import LiveIndex
from search.index.rebuild import rows_of
from search.index.spaces import Space
from search.index.streamed import StreamedRows
from search.tests.factories import axis, bulk_photos, unit_vectors
from search.upkeep.drift import drift_of

pytestmark = pytest.mark.django_db

QUERIES = unit_vectors(5, seed=1)


@pytest.fixture
def photos(owner: User) -> list[Photo]:
    return bulk_photos(owner, unit_vectors(200))


@pytest.fixture
def ids(photos: list[Photo]) -> np.ndarray:
    return np.array([photo.pk for photo in photos], dtype=np.int64)


def same(found: Candidates, expected: Candidates) -> bool:
    return found.ids.tolist() == expected.ids.tolist() and np.allclose(found.scores, expected.scores, atol=1e-6)


def test_rows_that_are_streamed_answer_as_rows_that_are_held(ids: np.ndarray, space: Space) -> None:
    held, streamed = ExactEngine.build(space.dimension, rows_of(space)), StreamedRows(space.model)

    for query in QUERIES:
        for allowed in (None, ids[::3], ids[:0]):
            assert same(streamed.search(query, 10, allowed), held.search(query, 10, allowed))
            assert same(streamed.reaching(query, 0.1, allowed), held.reaching(query, 0.1, allowed))


def test_ids_can_be_passed_by(ids: np.ndarray, space: Space) -> None:
    held, streamed = ExactEngine.build(space.dimension, rows_of(space)), StreamedRows(space.model)

    fewer = streamed.without(ids[:50]).without(np.append(ids[40:60], 10**9))

    expected = held.without(ids[:60])
    assert fewer.count == expected.count
    assert fewer.found_ids.tolist() == expected.found_ids.tolist()
    assert same(fewer.search(QUERIES[0], 9), expected.search(QUERIES[0], 9))
    assert same(fewer.search(QUERIES[0], 9, ids[30:80]), expected.search(QUERIES[0], 9, ids[30:80]))
    assert same(fewer.reaching(QUERIES[0], -2), expected.reaching(QUERIES[0], -2))


def test_a_library_too_large_for_memory_is_searched_in_its_rows(
    photos: list[Photo], space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_HELD_UP_TO", 100)
    index = LiveIndex(space)

    first = index.current()
    assert (first.base.kind, len(first)) == ("rows", 200)
    photos[3].trash(photos[0].created_at)
    put_vector(photos[4], axis(2), space.model)
    second = index.current()

    assert (second.base.kind, len(second)) == ("rows", 199)
    assert second.search(axis(2), 1).ids.tolist() == [photos[4].pk]
    assert photos[3].pk not in second.found_ids
    assert not drift_of(second, space)
    assert second.problem.startswith("There is no index file yet.")
