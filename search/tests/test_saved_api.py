from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.paging import MAX_ID
from photos.tests.requesting import patch, post, problem_of, queries_of
from search.models import SavedSearch
from search.saved import saving
from search.tests.test_pages import looks
from search.tests.test_saving import names, save

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def test_a_search_is_saved_and_answered_with_what_it_finds(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=looks("red"))

    response = post(client, "/searches", {"query": "red  TAGS:food OR red", "pinned": True})

    assert (response.status_code, response["Location"]) == (201, f"/searches/{response.json()['id']}")
    found = response.json()
    assert found.pop("created_at").endswith("Z")
    assert found == {
        "id": SavedSearch.objects.of(owner).get().pk,
        "name": "Red food or red",
        "query": "red tag:food OR red",
        "mode": "hybrid",
        "sort": "relevance",
        "pinned": True,
        "position": 0,
        "seen_up_to": photo.pk,
        "count": 1,
        "new": 0,
    }


def test_the_list_has_them_in_their_order_without_counting(
    client: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    save(owner, "red")
    cost = len(queries_of(client, "/searches"))
    save(owner, "blue")

    with django_assert_max_num_queries(cost):
        listed = client.get("/searches").json()

    assert [(search["name"], search["position"]) for search in listed] == [("red", 0), ("blue", 1)]
    assert "count" not in listed[0]


def test_new_matches_are_counted_until_one_has_looked(client: Client, make_photo: MakePhoto, owner: User) -> None:
    kept = save(owner, "red")
    photo = make_photo(embedding=looks("red"))

    assert client.get(f"/searches/{kept.pk}").json()["new"] == 1
    looked = patch(client, f"/searches/{kept.pk}", {"seen_up_to": photo.pk}).json()

    assert (looked["count"], looked["new"], looked["seen_up_to"]) == (1, 0, photo.pk)


def test_nobody_has_looked_further_than_the_newest_photo(client: Client, make_photo: MakePhoto, owner: User) -> None:
    kept, photo = save(owner, "red"), make_photo(embedding=looks("red"))

    looked = patch(client, f"/searches/{kept.pk}", {"seen_up_to": MAX_ID}).json()

    assert looked["seen_up_to"] == photo.pk


def test_a_name_is_one_line_of_what_can_be_shown(client: Client, owner: User) -> None:
    kept = save(owner, "red")

    patch(client, f"/searches/{kept.pk}", {"name": " Red\n\u202ecars\x07"})

    assert names(owner) == ["Red cars"]


def test_a_search_is_changed_by_what_is_named(client: Client, owner: User) -> None:
    save(owner, "red")
    kept = save(owner, "blue")
    changes = {"name": "Food", "query": "tag:FOOD", "mode": "text", "sort": "newest", "pinned": True, "position": 0}

    response = patch(client, f"/searches/{kept.pk}", changes)

    assert response.status_code == 200
    assert {name: response.json()[name] for name in changes} == changes | {"query": "tag:food"}
    assert names(owner) == ["Food", "red"]


def test_deleting_takes_it_off_the_list(client: Client, owner: User) -> None:
    kept = save(owner, "red")

    assert client.delete(f"/searches/{kept.pk}").status_code == 204

    assert client.get("/searches").json() == []
    for method in (client.get, client.delete, client.patch):
        assert problem_of(method(f"/searches/{kept.pk}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, (400, "bad_request")),
        ({"query": "red", "colour": "red"}, (400, "bad_request")),
        ({"query": "red", "name": ""}, (400, "bad_request")),
        ({"query": "red", "name": "x" * 101}, (400, "bad_request")),
        ({"query": "red", "name": "\u202e\x07"}, (400, "bad_query")),
        ({"query": "red", "pinned": "yes"}, (400, "bad_request")),
        ({"query": "red", "mode": "wild"}, (400, "bad_request")),
        ({"query": "red", "sort": "wild"}, (400, "bad_request")),
        ({"query": 7}, (400, "bad_request")),
        ({"query": "x" * 201}, (400, "bad_request")),
        ({"query": "colr:red"}, (400, "bad_query")),
        ({"query": "(red"}, (400, "bad_query")),
        ({"query": "similar:~sometoken"}, (400, "bad_query")),
        ({"query": "2:red + similar:~sometoken"}, (400, "bad_query")),
        ({"query": "blue"}, (409, "saved_already")),
        ([], (400, "bad_request")),
    ],
)
def test_what_cannot_be_saved_is_a_problem(client: Client, owner: User, body: Any, problem: tuple[int, str]) -> None:
    save(owner, "blue")

    assert problem_of(post(client, "/searches", body)) == problem
    assert names(owner) == ["blue"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": 3}, (400, "bad_request")),
        ({"name": None}, (400, "bad_request")),
        ({"position": -1}, (400, "bad_request")),
        ({"position": 2**70}, (400, "bad_request")),
        ({"seen_up_to": "1"}, (400, "bad_request")),
        ({"query": "iso:many"}, (400, "bad_query")),
        ({"query": "red"}, (409, "saved_already")),
        ({"mode": "semantic", "query": "x" * 201}, (400, "bad_request")),
    ],
)
def test_what_cannot_be_changed_is_a_problem(
    client: Client, owner: User, changes: Any, problem: tuple[int, str]
) -> None:
    save(owner, "red")
    kept = save(owner, "blue")
    before = SavedSearch.objects.values().get(pk=kept.pk)

    assert problem_of(patch(client, f"/searches/{kept.pk}", changes)) == problem
    assert SavedSearch.objects.values().get(pk=kept.pk) == before


def test_too_many_are_refused(client: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_SAVED", 1)
    save(owner, "red")

    assert problem_of(post(client, "/searches", {"query": "blue"})) == (409, "too_many_saved")


@pytest.mark.parametrize("path", ["/searches?x=1", "/searches/1?x=1", "/searches/1/feed?x=1"])
def test_unknown_parameters_are_refused(client: Client, owner: User, path: str) -> None:
    save(owner, "red")

    assert problem_of(client.get(path)) == (400, "bad_request")


def test_a_query_that_cannot_be_read_any_more_has_no_count(client: Client, owner: User) -> None:
    kept = SavedSearch.objects.create(owner=owner, name="Full moons", query="moon:full")

    found = client.get(f"/searches/{kept.pk}").json()

    assert (found["query"], found["count"], found["new"]) == ("moon:full", None, None)
