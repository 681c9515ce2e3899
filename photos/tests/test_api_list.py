from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from photos.models import Photo
from photos.tests.factories import at, make_user
from photos.tests.requesting import link_to_next, problem_of, queries_of, reads_vectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(make_photo: Callable[..., Photo]) -> list[int]:
    """Return the ids of 25 photos as the list must show them; most of them came in at the same moments."""
    moments = [at("2024-05-01 12:00") + timedelta(seconds=number // 4) for number in range(25)]
    photos = [make_photo(created_at=moment, tags=["sea"]) for moment in moments]
    return [photo.pk for photo in reversed(photos)]


def ids(response: Any) -> list[int]:
    return [photo["id"] for photo in response.json()]


def test_the_newest_ten_come_first_in_a_plain_list(client: Client, library: list[int]) -> None:
    response = client.get("/photos")

    assert response.status_code == 200
    assert ids(response) == library[:10]
    assert response["X-Total-Count"] == "25"


def test_skip_and_limit_choose_the_part(client: Client, library: list[int]) -> None:
    response = client.get("/photos", {"skip": 20, "limit": 100})

    assert ids(response) == library[20:]
    assert "Link" not in response


def test_past_the_end_the_list_is_empty(client: Client, library: list[int]) -> None:
    response = client.get("/photos", {"skip": len(library)})

    assert ids(response) == []
    assert response["X-Total-Count"] == "25"


def test_a_slash_at_the_end_changes_nothing(client: Client, library: list[int]) -> None:
    assert ids(client.get("/photos/?limit=3")) == library[:3]


@pytest.mark.parametrize("limit", [1, 4, 7, 25, 100])
def test_walking_along_the_links_meets_every_photo_once(client: Client, library: list[int], limit: int) -> None:
    seen: list[int] = []
    address: str | None = f"/photos?limit={limit}"

    while address:
        response = client.get(address)
        seen += ids(response)
        assert response["X-Total-Count"] == "25"
        address = link_to_next(response)

    assert seen == library


def test_the_walk_begins_where_skip_says(client: Client, library: list[int]) -> None:
    first = client.get("/photos", {"skip": 5, "limit": 5})

    second = client.get(link_to_next(first) or "")

    assert ids(second) == library[10:15]


def test_a_photo_that_comes_in_during_a_walk_shifts_nothing(
    client: Client, library: list[int], make_photo: Callable[..., Photo]
) -> None:
    first = client.get("/photos", {"limit": 5})
    make_photo()

    second = client.get(link_to_next(first) or "")

    assert ids(second) == library[5:10]


def test_every_page_takes_the_same_queries_however_deep(client: Client, library: list[int]) -> None:
    assert library
    counts = []
    address: str | None = "/photos?limit=5"

    while address:
        counts.append(len(queries_of(client, address)))
        address = link_to_next(client.get(address))

    assert len(counts) == 5
    assert set(counts) == {counts[0]}


def test_one_photo_or_thirty_take_the_same_queries_and_no_vectors(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    make_photo(tags=["sea"], embedding=np.ones(32))
    one = queries_of(client, "/photos", limit=100)
    for _ in range(29):
        make_photo(tags=["sea", "boat"], embedding=np.ones(32))

    thirty = queries_of(client, "/photos", limit=100)

    assert len(one) == len(thirty) <= 7
    assert not any('"embedding"' in sql for sql in thirty)  # the table is not touched at all


def test_vectors_come_where_they_are_asked_for_in_two_queries_more(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    make_photo()
    make_photo(embedding=np.ones(32))
    plain = queries_of(client, "/photos")

    answer = client.get("/photos", {"include": "embedding"}).json()

    assert [len(photo["embedding"] or []) for photo in answer] == [32, 0]
    asked = queries_of(client, "/photos", include="embedding")
    assert len(asked) == len(plain) + 2
    assert sum(map(reads_vectors, asked)) == 1
    assert all("embedding" not in photo for photo in client.get("/photos").json())


def test_an_entry_has_the_keys_of_the_photo_itself(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])

    entry = client.get("/photos", {"include": "embedding"}).json()[0]

    assert entry == client.get(f"/photo/{photo.pk}").json()


def test_archive_and_trash_are_lists_of_their_own(client: Client, make_photo: Callable[..., Photo]) -> None:
    listed, archived, trashed = make_photo(), make_photo(archived=True), make_photo(trashed=True)
    make_photo(owner=make_user("berta"))
    make_photo(owner=make_user("carla"), trashed=True)

    assert ids(client.get("/photos")) == [listed.pk]
    assert ids(client.get("/photos", {"archived": "true"})) == [archived.pk]
    assert ids(client.get("/photos", {"trashed": "true"})) == [trashed.pk]


def test_the_links_of_the_trash_stay_in_the_trash(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo()
    gone = [make_photo(trashed=True).pk for _ in range(3)]

    first = client.get("/photos?trashed=true&limit=2")
    second = client.get(link_to_next(first) or "")

    assert ids(first) + ids(second) == gone[::-1]
    assert second["X-Total-Count"] == "3"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e9", "limit"),
        ("limit=", "limit"),
        ("skip=-1", "skip"),
        ("skip=99999999999999999999", "skip"),
        ("skip=one", "skip"),
        ("archived=perhaps", "archived"),
        ("include=password", "include"),
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=MjAyNC0wNS0wMSAx", "cursor"),
        ("limit=5&limit=6", "limit"),
        ("ordering=password", "ordering"),
        ("date_from=1'%20OR%201=1", "date_from"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(client: Client, query: str, field: str) -> None:
    response = client.get(f"/photos?{query}")

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == [field]


def test_skip_and_cursor_together_are_refused(client: Client, library: list[int]) -> None:
    assert library
    address = link_to_next(client.get("/photos?limit=5"))

    response = client.get(f"{address}&skip=5")

    assert list(response.json()["errors"]) == ["skip"]


def test_tags_are_counted_on_the_photos_one_sees(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(tags=["sea", "boat"])
    rejected = make_photo(tags=["sea", "dog"])
    rejected.set_tags(["sea"])
    make_photo(tags=["boat"], archived=True)
    make_photo(tags=["sea"], trashed=True)
    make_photo(tags=["sea", "cat"], owner=make_user("berta"))

    response = client.get("/tags")

    assert response.json() == [{"name": "boat", "count": 2}, {"name": "sea", "count": 2}]
    assert client.get("/tags/?limit=1").json() == [{"name": "boat", "count": 2}]


def test_the_tags_take_one_query_of_their_own(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(tags=["sea"])
    one = queries_of(client, "/tags")
    for number in range(30):
        make_photo(tags=["sea", f"tag {number}"])

    assert len(queries_of(client, "/tags")) == len(one)
