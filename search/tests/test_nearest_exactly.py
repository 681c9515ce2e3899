"""Filters and queries at random, held against a comparison of everything."""

from __future__ import annotations

import numpy as np
import pytest

from accounts.models import User
from photos.embeddings import put_vector
from search.engines import ENGINES
from search.index.distances import distances
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.ranking.nearest import nearest, reaching
from search.ranking.scope import Scope
from search.tests.factories import NOW, bulk_photos, clustered_vectors, unit_vectors

pytestmark = pytest.mark.django_db

TIMES = 500
DIMENSION = 32


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_500_random_filters_and_queries_equal_brute_force_in_ids_and_order(
    engine: str, owner: User, space: Space
) -> None:
    rows = clustered_vectors(1_500, DIMENSION)
    rows[700:760] = rows[700]  # as a burst of one camera
    photos = bulk_photos(owner, rows)
    rebuild(space, NOW, engine)
    for number in range(0, len(rows), 40):  # and some of them are in the tail
        put_vector(photos[number], rows[number], space.model)
    ids = np.array([photo.pk for photo in photos], dtype=np.int64)
    chance = np.random.default_rng(3)

    for _ in range(TIMES):
        query = _query(rows, chance)
        allowed = ids[chance.random(len(ids)) < chance.choice([0.001, 0.01, 0.1, 0.5, 1.0])]
        k = int(chance.integers(1, 80))

        found = nearest(query, space, Scope(None, ids=allowed), k)

        assert [(near.distance, near.photo_id) for near in found] == _by_hand(query, rows, ids, allowed)[:k]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_all_that_reach_a_cosine_equal_brute_force(engine: str, owner: User, space: Space) -> None:
    rows = clustered_vectors(1_500, DIMENSION)
    ids = np.array([photo.pk for photo in bulk_photos(owner, rows)], dtype=np.int64)
    rebuild(space, NOW, engine)
    chance = np.random.default_rng(4)

    for _ in range(50):
        query, least = _query(rows, chance), float(chance.uniform(-0.2, 0.8))
        allowed = ids[chance.random(len(ids)) < 0.5] if chance.random() < 0.5 else None

        found = reaching(query, space, allowed, least)

        near = _by_hand(query, rows, ids, ids if allowed is None else allowed)
        assert found.tolist() == sorted(photo_id for distance, photo_id in near if distance <= 2 - 2 * least)


def _query(rows: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    away = chance.choice([0.0, 0.3, 3.0]) * unit_vectors(1, int(chance.integers(999)))[0]
    near = rows[chance.integers(len(rows))] + away
    return (near / np.linalg.norm(near)).astype(np.float32)


def _by_hand(query: np.ndarray, rows: np.ndarray, ids: np.ndarray, allowed: np.ndarray) -> list[tuple[float, int]]:
    among = np.isin(ids, allowed)
    away, there = distances(query, rows[among]), ids[among]
    order = np.lexsort((there, away))  # by distance, and where that is the same by id
    return list(zip(away[order].tolist(), there[order].tolist(), strict=True))
