from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from photos.paging import Order
from photos.tests.factories import at
from search.ranking import ordered
from search.ranking.ordered import page_among
from search.tests.factories import bulk_photos, unit_vectors

pytestmark = pytest.mark.django_db

ORDERS = [Order(("taken_at",)), Order(("taken_at",), ascending=True), Order(("stars", "taken_at"))]


@pytest.fixture
def photos(owner: User) -> list[Photo]:
    """Ninety photos of a few moments and ratings."""
    chance = random.Random(0)
    made = bulk_photos(owner, unit_vectors(90))
    for photo in made:
        photo.taken_at = at("2024-05-01 12:00") + timedelta(days=chance.randrange(9))
        photo.rating = chance.choice([None, 0, 3, 5])
    Photo.objects.bulk_update(made, ["taken_at", "rating"])
    return made


@pytest.mark.parametrize(
    ("most_sorted", "patience"), [(0, 99), (0, 0.5), (1_000, 0)], ids=["followed", "followed for a while", "sorted"]
)
@pytest.mark.parametrize("order", ORDERS, ids=["newest", "oldest", "stars"])
@pytest.mark.parametrize("share", [3, 40, 90])
def test_the_pages_are_the_photos_in_their_order_followed_or_sorted(
    owner: User,
    photos: list[Photo],
    order: Order,
    share: int,
    most_sorted: int,
    patience: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordered, "_MOST_SORTED", most_sorted)
    monkeypatch.setattr(ordered, "_PATIENCE", patience)
    chosen = random.Random(share).sample(photos, share)
    ids = np.array(sorted(photo.pk for photo in chosen), dtype=np.int64)
    everything = Photo.objects.visible_to(owner).with_stars()

    seen: list[Photo] = []
    cursor, first = "", True
    while cursor or first:
        page = page_among(everything, ids, order, 4, cursor)
        seen, cursor, first = seen + page.photos, page.next_cursor, False

    by_stars = "stars" in order.fields
    chosen.sort(key=lambda photo: (by_stars and (photo.rating or 0), photo.taken_at, photo.pk))
    assert seen == (chosen if order.ascending else chosen[::-1])


@pytest.mark.parametrize("most_sorted", [0, 1_000], ids=["followed", "sorted"])
def test_photos_that_are_not_given_are_passed_by(
    owner: User, photos: list[Photo], most_sorted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordered, "_MOST_SORTED", most_sorted)
    ids = np.array([photo.pk for photo in photos], dtype=np.int64)
    photos[5].trash(timezone.now())

    page = page_among(Photo.objects.visible_to(owner), ids, ORDERS[0], 100, "")

    assert {photo.pk for photo in page.photos} == set(ids.tolist()) - {photos[5].pk}


def test_the_index_is_followed_where_photos_are_many(
    owner: User, photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordered, "_MOST_SORTED", 0)
    monkeypatch.setattr(ordered, "_PATIENCE", 99)
    ids = np.array([photo.pk for photo in photos], dtype=np.int64)

    with CaptureQueriesContext(connection) as captured:
        page_among(Photo.objects.visible_to(owner), ids, ORDERS[0], 5, "")
    with connection.cursor() as query:
        query.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[0]['sql']}")
        plan = " ".join(str(row) for row in query.fetchall())

    assert "photo_by_taken" in plan
    assert "TEMP B-TREE" not in plan
