from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import ValidationError

from accounts.models import User
from photos.models import Photo
from photos.paging import Moment, Order, neighbours, page_of
from photos.tests.factories import at

NOON = at("2024-05-01 12:00")


@pytest.fixture
def photos(make_photo: Callable[..., Photo]) -> list[Photo]:
    """Eleven photos, newest first, of which several share a moment."""
    moments = [NOON + timedelta(microseconds=number // 3) for number in range(11)]
    made = [make_photo(created_at=m, taken_at=m, trashed_at=m) for m in moments]
    return made[::-1]


@pytest.mark.parametrize("by", ["created_at", "taken_at", "trashed_at"])
@pytest.mark.parametrize("limit", [1, 2, 3, 10, 11, 12])
def test_the_pages_together_are_the_whole_list(photos: list[Photo], by: Moment, limit: int) -> None:
    seen: list[Photo] = []
    cursor = ""
    while True:
        page = page_of(Photo.objects.all(), Order((by,)), limit, cursor)
        assert len(page.photos) <= limit
        seen += page.photos
        cursor = page.next_cursor
        if not cursor:
            break

    assert seen == photos


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 11])
def test_pages_by_several_fields_are_the_whole_list_either_way(
    photos: list[Photo], limit: int, ascending: bool
) -> None:
    order = Order(("stars", "taken_at"), ascending)
    for number, photo in enumerate(photos):
        photo.edit({"rating": [None, 0, 3, 5][number % 4]})
    wanted = sorted(photos, key=lambda photo: (photo.rating or 0, photo.taken_at, photo.pk), reverse=not ascending)

    seen: list[Photo] = []
    cursor = ""
    while len(seen) < len(photos):
        page = page_of(Photo.objects.all().with_stars(), order, limit, cursor)
        seen += page.photos
        cursor = page.next_cursor

    assert (seen, cursor) == (wanted, "")


def test_a_page_that_holds_all_names_no_next_one(photos: list[Photo]) -> None:
    assert page_of(Photo.objects.all(), Order(("taken_at",)), len(photos)).next_cursor == ""


def test_a_photo_deleted_at_the_border_loses_no_other(photos: list[Photo]) -> None:
    first = page_of(Photo.objects.all(), Order(("taken_at",)), 4)
    photos[3].delete()

    second = page_of(Photo.objects.all(), Order(("taken_at",)), 4, first.next_cursor)

    assert second.photos == photos[4:8]


def test_a_deep_page_enters_the_index_instead_of_walking_to_it(owner: User, photos: list[Photo]) -> None:
    cursor = page_of(Photo.objects.all(), Order(("created_at",)), 5).next_cursor
    assert photos

    with CaptureQueriesContext(connection) as captured:
        page_of(Photo.objects.filter(owner=owner), Order(("created_at",)), 5, cursor)
    with connection.cursor() as query:
        query.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[0]['sql']}")
        plan = " ".join(str(row) for row in query.fetchall())

    assert "OFFSET" not in captured.captured_queries[0]["sql"]
    assert "photo_by_added" in plan
    assert "created_at<" in plan


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "AAAA",
        "é",
        "a" * 199,
        "==",
        cursor_of("2024-05-01T12:00:00 1"),
        cursor_of(f"2024-05-01T12:00:00+00:00 {2**63}"),
        cursor_of("0001-01-01T00:00:00+14:00 5"),
        cursor_of("9999-12-31T23:59:59-14:00 5"),
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(db: None, cursor: str) -> None:  # noqa: ARG001
    with pytest.raises(ValidationError) as refused:
        page_of(Photo.objects.all(), Order(("taken_at",)), 5, cursor)

    assert isinstance(refused.value.detail, dict)
    assert list(refused.value.detail) == ["cursor"]


def test_neighbours_stand_as_in_the_gallery(photos: list[Photo]) -> None:
    everything = Photo.objects.all()

    assert neighbours(everything, photos[0]) == (None, photos[1])
    assert all(neighbours(everything, photos[n]) == (photos[n - 1], photos[n + 1]) for n in range(1, 10))
    assert neighbours(everything, photos[10]) == (photos[9], None)
