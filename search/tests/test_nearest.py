from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from accounts.models import User
from photos.models import Embedding, Photo
from photos.tests.factories import make_user
from search.engines import ENGINES
from search.index.distances import distances
from search.index.live import live_index
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.ranking.nearest import nearest, reaching
from search.ranking.scope import Scope
from search.tests.factories import NOW, axis, bulk_photos, leaning, unit_vectors

pytestmark = pytest.mark.django_db


def test_the_nearest_photos_come_with_their_distances(
    make_photo: Callable[..., Photo], owner: User, space: Space
) -> None:
    far, near = make_photo(embedding=leaning(0, 0.5)), make_photo(embedding=leaning(0, 0.1))

    found = nearest(axis(0), space, Scope.of_user(owner), 5)

    assert [hit.photo_id for hit in found] == [near.pk, far.pk]
    assert found[0].distance == pytest.approx(2 - 2 * np.cos(0.1), abs=1e-6)


def test_equal_distances_come_by_ascending_id_however_many_there_are(owner: User, space: Space) -> None:
    twins = bulk_photos(owner, np.repeat(axis(0)[np.newaxis], 700, axis=0))

    found = nearest(axis(0), space, Scope.of_user(owner), 10)

    assert [hit.photo_id for hit in found] == [photo.pk for photo in twins[:10]]
    assert {hit.distance for hit in found} == {0.0}


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_the_list_does_not_depend_on_where_snapshot_and_tail_meet(engine: str, owner: User, space: Space) -> None:
    rows = np.concatenate([unit_vectors(300), np.repeat(unit_vectors(1), 100, axis=0)])
    photos = bulk_photos(owner, rows)
    queries = unit_vectors(15, seed=7)
    queries[0] = rows[0]
    expected = [_by_hand(query, rows, photos) for query in queries]

    lists = [[nearest(query, space, Scope.of_user(owner), 12) for query in queries]]
    for photo in photos[::3]:
        photo.save(update_fields=["archived"])
    lists.append([nearest(query, space, Scope.of_user(owner), 12) for query in queries])
    rebuild(space, NOW, engine)
    lists.append([nearest(query, space, Scope.of_user(owner), 12) for query in queries])

    for found in lists:
        assert [[(hit.photo_id, hit.distance) for hit in hits] for hits in found] == expected


def _by_hand(query: np.ndarray, rows: np.ndarray, photos: list[Photo]) -> list[tuple[int, float]]:
    measured = zip(distances(query, rows).tolist(), (photo.pk for photo in photos), strict=True)
    return [(photo_id, distance) for distance, photo_id in sorted(measured)][:12]


def test_other_peoples_photos_neither_show_nor_crowd_out_ones_own(owner: User, space: Space) -> None:
    bulk_photos(make_user("eve"), np.repeat(axis(0)[np.newaxis], 900, axis=0), prefix="eve")
    own = bulk_photos(owner, np.stack([leaning(0, 1.0), leaning(0, 0.9)]))

    found = nearest(axis(0), space, Scope.of_user(owner), 5)

    assert [hit.photo_id for hit in found] == [own[1].pk, own[0].pk]


def test_a_stale_index_shows_nothing_that_the_database_does_not(owner: User, space: Space) -> None:
    photos = bulk_photos(owner, np.stack([leaning(0, number / 100) for number in range(100)]))
    live_index(space).current()
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[:30]]).update(archived=True)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[30:50]]).update(trashed_at=NOW)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[50:60]]).update(owner=make_user("eve"))
    Embedding.objects.filter(photo__in=photos[60:70]).delete()
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[60:70]])._raw_delete("default")

    found = nearest(axis(0), space, Scope.of_user(owner), 5)

    assert [hit.photo_id for hit in found] == [photo.pk for photo in photos[70:75]]


def test_one_photo_can_be_passed_by(owner: User, space: Space) -> None:
    photos = bulk_photos(owner, np.stack([leaning(0, number / 10) for number in range(4)]))

    found = nearest(axis(0), space, Scope.of_user(owner), 3, passing_by={photos[0].pk})

    assert [hit.photo_id for hit in found] == [photo.pk for photo in photos[1:]]


def test_an_empty_library_has_nothing_near(owner: User, space: Space) -> None:
    assert nearest(axis(0), space, Scope.of_user(owner), 5) == []


def test_all_photos_that_reach_a_cosine_are_told_wherever_they_are(owner: User, space: Space) -> None:
    rows = unit_vectors(400)
    photos = bulk_photos(owner, rows)
    rebuild(space, NOW)
    for photo in photos[::3]:
        photo.save(update_fields=["archived"])
    ids = np.array([photo.pk for photo in photos])

    for query in unit_vectors(10, seed=3):
        exact = distances(query, rows)
        for least in (-1.0, 0.0, 0.15, 1 - float(exact[7]) / 2, 0.99):
            expected = ids[exact <= 2 - 2 * least]

            assert reaching(query, space, None, least).tolist() == expected.tolist()
            assert reaching(query, space, ids[::2], least).tolist() == np.intersect1d(expected, ids[::2]).tolist()


def test_in_an_empty_library_nothing_reaches_a_cosine(space: Space) -> None:
    assert reaching(axis(0), space, None, -1).tolist() == []
