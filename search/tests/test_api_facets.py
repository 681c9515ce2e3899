from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from search.ranking.modes import Mode

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


def test_totals_and_facets_are_answered(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    make_photo(tags=["dog", "sea"], caption="A beach", taken_at=at("2019-05-01 12:00"), camera_model="R5")
    make_photo(tags=["dog"], caption="A beach", taken_at=at("2020-05-01 12:00"))
    make_photo(tags=["cat"], caption="A house")
    make_photo(tags=["dog"], caption="A beach", owner=make_user("eve"))

    answer = client.get("/search/facets", {"q": " beach ", "mode": "text"})

    assert answer.status_code == 200
    assert answer.json() == {
        "query": "beach",
        "total": 2,
        "tags": [{"name": "dog", "count": 2}, {"name": "sea", "count": 1}],
        "years": [{"year": 2019, "count": 1}, {"year": 2020, "count": 1}],
        "cameras": [{"name": "R5", "count": 1}],
        "colors": [],
        "albums": [],
        "places": [],
        "people": [],
    }


@pytest.mark.parametrize("mode", Mode)
def test_nothing_found_has_no_counts(client: Client, owner: User, mode: Mode) -> None:
    assert owner

    body = client.get("/search/facets", {"q": "zzzz", "mode": mode}).json()

    assert body["total"] == 0
    assert all(values == [] for name, values in body.items() if name not in {"query", "total"})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "bad_query"),
        ("q=red&mode=best", "mode"),
        ("q=red&top_k=5", "top_k"),
        ("q=red&q=blue", "q"),
        ("q=iso:high&mode=hybrid", "iso: takes"),
        ("q=colour:mud&mode=text", "color: takes"),
    ],
)
def test_what_cannot_be_asked_is_refused_as_by_the_search(client: Client, db: None, query: str, field: str) -> None:
    assert db is None

    answer = client.get(f"/search/facets?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert field in str(answer.json())


def test_a_text_that_cannot_be_read_strictly_is_plain_in_the_published_mode(client: Client, owner: User) -> None:
    assert owner

    assert client.get("/search/facets", {"q": "10:30 sunrise"}).json()["total"] == 0


def test_the_number_of_queries_does_not_grow_with_the_library(
    client: Client, make_photo: MakePhoto, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert owner
    make_photo(tags=["dog"], caption="A beach")
    with django_assert_max_num_queries(40) as few:
        client.get("/search/facets", {"q": "beach tag:dog", "mode": "text"})
    for number in range(20):
        make_photo(tags=["dog", f"tag {number}"], caption="A beach", camera_model=f"R{number}")

    with django_assert_max_num_queries(len(few)):
        client.get("/search/facets", {"q": "beach tag:dog", "mode": "text"})
