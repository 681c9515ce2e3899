"""Pages over HTTP: what is added to the published answer, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from search.models import KeptList
from search.tests.factories import bulk_photos, leaning
from search.tests.test_api import slug

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

RED = 0
FOREIGN = f"{'a' * 32}.5"


@pytest.fixture
def photos(make_photo: MakePhoto) -> list[Photo]:
    """Seven photos, each a little less red than the one before."""
    return [make_photo(embedding=leaning(RED, number / 10)) for number in range(7)]


def results(answer: Any) -> list[int]:
    return [result["photo_id"] for result in answer.json()["results"]]


def test_a_plain_search_answers_as_published_and_keeps_nothing(client: Client, photos: list[Photo]) -> None:
    assert photos
    client.get("/search?q=red")  # the first one names the library

    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/search?q=red&top_k=2")

    assert list(answer.json()) == ["query", "results", "total_results"]
    assert "Link" not in answer
    asked = [query["sql"] for query in captured.captured_queries]
    assert [sql for sql in asked if not sql.startswith(("SELECT", "WITH"))] == []


@pytest.mark.parametrize(
    "extra", ["", "&mode=hybrid", "&sort=newest", "&sort=rating&mode=text", "&mode=hybrid&sort=oldest"]
)
def test_next_leads_from_page_to_page_to_the_end(client: Client, make_photo: MakePhoto, extra: str) -> None:
    made = {make_photo(embedding=leaning(RED, number / 10), caption="Red.").pk for number in range(7)}
    url = f"/search?q=red&top_k=3&paginate=true{extra}"
    pages = []

    while url:
        answer = client.get(url)
        pages.append(results(answer))
        url = answer.json()["next"]
        assert answer.get("Link", "") == (f'<{url}>; rel="next"' if url else "")

    assert [len(page) for page in pages] == [3, 3, 1]
    assert {photo_id for page in pages for photo_id in page} == made


def test_next_keeps_every_other_parameter(client: Client, photos: list[Photo]) -> None:
    assert photos

    following = client.get("/search?q=red&top_k=3&paginate=true&mode=hybrid").json()["next"]

    asked = parse_qs(urlsplit(following).query)
    assert asked.pop("cursor")
    assert asked == {"q": ["red"], "top_k": ["3"], "paginate": ["true"], "mode": ["hybrid"]}


def test_dates_order_the_strong_results(client: Client, make_photo: MakePhoto) -> None:
    early, late = (make_photo(embedding=leaning(RED, 0.1), taken_at=at(f"202{year}-01-01 12:00")) for year in (1, 4))
    weak = make_photo(embedding=leaning(RED, 1.5), taken_at=at("2023-01-01 12:00"))

    assert results(client.get("/search?q=red&sort=newest")) == [late.pk, early.pk]
    assert results(client.get("/search?q=red&sort=oldest")) == [early.pk, late.pk]
    assert weak.pk in results(client.get("/search?q=red"))


def test_an_expired_cursor_is_gone_and_its_problem_is_explained(client: Client, photos: list[Photo]) -> None:
    assert photos
    following = client.get("/search?q=red&top_k=3&paginate=true").json()["next"]
    KeptList.objects.update(expires=timezone.now())

    answer = client.get(following)

    assert (answer.status_code, slug(answer)) == (410, "cursor_expired")
    assert client.get(answer.json()["type"], headers={"Accept": "text/html"}).status_code == 200


def test_a_cursor_of_somebody_else_shows_nothing(client: Client, photos: list[Photo], owner: User) -> None:
    eve = make_user("eve")
    bulk_photos(eve, leaning(RED, 0.1)[None].repeat(4, axis=0), "eve")
    theirs = client.get("/search?q=red&top_k=3&paginate=true").json()["next"]
    KeptList.objects.update(cache_key=KeptList.objects.get().cache_key.replace(f":{owner.pk}:", f":{eve.pk}:"))

    answer = client.get(theirs)

    assert photos
    assert (answer.status_code, slug(answer)) == (410, "cursor_expired")


@pytest.mark.parametrize("sort", ["relevance", "newest", "rating"])
@pytest.mark.parametrize(
    "cursor", ["%00", "x", "%F0%9F%90%95", "a" * 10_000, "'%20OR%201=1", "MjAyNCAx", "..%2F..%2Fetc", "%2500"]
)
def test_a_cursor_that_is_none_names_itself(client: Client, photos: list[Photo], cursor: str, sort: str) -> None:
    assert photos

    answer = client.get(f"/search?q=red&sort={sort}&cursor={cursor}")

    assert (answer.status_code, slug(answer)) == (400, "bad_query")
    assert list(answer.json()["errors"]) == ["cursor"]


def test_an_unknown_list_is_gone(client: Client) -> None:
    answer = client.get(f"/search?q=red&cursor={FOREIGN}")

    assert (answer.status_code, slug(answer)) == (410, "cursor_expired")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=password", "sort"),
        ("sort=-taken_at", "sort"),
        ("sort=", "sort"),
        ("sort=newest&sort=oldest", "sort"),
        ("paginate=perhaps", "paginate"),
        ("paginate=true&top_k=-1", "top_k"),
        ("paginate=true&top_k=1e9", "top_k"),
        (f"cursor={FOREIGN}&cursor=x", "cursor"),
        ("ordering=newest", "ordering"),
        ("limit=10", "limit"),
        ("page=abc", "page"),
    ],
)
def test_a_wrong_parameter_of_paging_is_refused_by_name(client: Client, query: str, field: str) -> None:
    answer = client.get(f"/search?q=red&{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("text", ["%00", "'; DROP", "x" * 10_000, "(red", "colr:teal", "%F0%9F%90%95"])
@pytest.mark.parametrize("extra", ["sort=newest", "paginate=true", f"cursor={FOREIGN}"])
def test_a_strange_query_is_never_a_fault(client: Client, photos: list[Photo], text: str, extra: str) -> None:
    assert photos

    assert client.get(f"/search?mode=hybrid&q={text}&{extra}").status_code in (200, 400, 410)


def test_where_the_list_cannot_be_kept_a_client_is_told_to_try_again(client: Client, photos: list[Photo]) -> None:
    assert photos
    with connection.cursor() as cursor:
        refuse = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        cursor.execute(f"CREATE TRIGGER full_disk BEFORE INSERT ON {KeptList._meta.db_table} {refuse}")

    answer = client.get("/search?q=red&top_k=3&paginate=true")

    assert (answer.status_code, slug(answer), answer["Retry-After"]) == (503, "database_busy", "5")
    assert client.get("/search?q=red&top_k=3").status_code == 200


def test_the_description_names_what_paging_adds(client: Client) -> None:
    search = client.get("/openapi.json").json()["paths"]["/search"]["get"]

    assert {"sort", "paginate", "cursor"} <= {parameter["name"] for parameter in search["parameters"]}
    assert {"400", "410"} <= search["responses"].keys()
