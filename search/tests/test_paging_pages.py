"""The page of results grows as far as there are any, in whatever order, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at
from search.models import KeptList
from search.tests.factories import bulk_photos, leaning
from search.tests.test_pages import HTMX, shown
from search.views.result_pages import PAGE

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

RED = 0
RESULTS = reverse("search:results")
LINE = '<details class="found less-likely"'


@pytest.fixture
def many(owner: User) -> list[Photo]:
    """Seventy photos that are clearly red and as many that are so a little, the reddest first."""
    angles = [number / 1000 for number in range(70)] + [1.5 + number / 1000 for number in range(70)]
    return bulk_photos(owner, np.stack([leaning(RED, angle) for angle in angles]))


def next_of(answer: Any) -> str:
    """Return the address behind "Show more", "" where there is none."""
    (found,) = re.findall(r'rel="next" href="([^"]*)"', answer.content.decode()) or [""]
    return RESULTS + unescape(found) if found else ""


def test_scrolling_brings_the_sure_ones_then_the_line_then_the_less_likely(client: Client, many: list[Photo]) -> None:
    first = client.get(RESULTS, {"q": "red"})
    second = client.get(next_of(first), headers=HTMX)
    third = client.get(next_of(second), headers=HTMX)

    parts = [first.content.decode(), second.content.decode(), third.content.decode()]
    assert shown(first) + shown(second) + shown(third) == [photo.pk for photo in many]
    assert [part.count(LINE) for part in parts] == [0, 1, 0]
    assert "Less likely: 70 photos" in parts[1]
    assert (
        parts[1].index(f"/gallery/{many[69].pk}/") < parts[1].index(LINE) < parts[1].index(f"/gallery/{many[70].pk}/")
    )
    assert ["<html" in part for part in parts] == [True, False, False]
    assert next_of(third) == ""


def test_without_scripts_the_same_pages_are_whole_ones(client: Client, many: list[Photo]) -> None:
    first = client.get(RESULTS, {"q": "red"})
    second = client.get(next_of(first))
    third = client.get(next_of(second))

    assert shown(first) + shown(second) + shown(third) == [photo.pk for photo in many]
    assert "<html" in third.content.decode()
    assert f"{LINE} open>" in third.content.decode()
    assert "Nothing found" not in third.content.decode()


def test_results_that_fit_on_the_page_offer_no_more_and_keep_no_list(client: Client, many: list[Photo]) -> None:
    for photo in many[PAGE:]:
        photo.delete()

    answer = client.get(RESULTS, {"q": "red"})

    assert len(shown(answer)) == PAGE
    assert next_of(answer) == ""
    assert not KeptList.objects.exists()


@pytest.mark.parametrize(("sort", "newest_first"), [("newest", True), ("oldest", False)])
def test_a_date_orders_what_clearly_matches(
    client: Client, make_photo: MakePhoto, sort: str, newest_first: bool
) -> None:
    made = [make_photo(embedding=leaning(RED, 0.1), taken_at=at(f"20{year}-01-01 12:00")) for year in range(10, 13)]
    make_photo(embedding=leaning(RED, 1.5))

    answer = client.get(RESULTS, {"q": "red", "sort": sort})

    assert shown(answer) == [photo.pk for photo in (made[::-1] if newest_first else made)]
    assert LINE not in answer.content.decode()


def test_nothing_that_clearly_matches_leads_to_what_comes_nearest(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=leaning(RED, 1.5))

    page = client.get(RESULTS, {"q": "red", "sort": "newest"}).content.decode()

    assert f'<a href="{RESULTS}?q=red">See what comes nearest</a>' in page


@pytest.mark.parametrize("sort", ["password", "", "-taken_at", "\0"])
def test_an_order_there_is_not_is_the_best_match(client: Client, many: list[Photo], sort: str) -> None:
    assert shown(client.get(RESULTS, {"q": "red", "sort": sort})) == [photo.pk for photo in many[:PAGE]]


def test_every_link_keeps_how_one_searches(client: Client, many: list[Photo]) -> None:
    assert many

    page = client.get(RESULTS, {"q": "red type:jpeg", "mode": "semantic", "sort": "oldest"}).content.decode()

    assert f'{RESULTS}?q=red&amp;mode=semantic&amp;sort=oldest" aria-label="Search without type:jpeg"' in page
    assert f'{RESULTS}?q=red%20type%3Ajpeg&amp;mode=text&amp;sort=oldest">Words</a>' in page
    assert f'{RESULTS}?q=red%20type%3Ajpeg&amp;mode=semantic&amp;sort=newest">Newest</a>' in page
    assert f'{RESULTS}?q=red%20type%3Ajpeg&amp;mode=semantic&amp;sort=oldest" aria-current="page">Oldest</a>' in page
    assert '<input type="hidden" name="mode" value="semantic">' in page
    assert '<input type="hidden" name="sort" value="oldest">' in page
    assert "mode=semantic&amp;sort=oldest&amp;cursor=" in page


def test_facts_alone_are_listed_by_date_to_the_last(client: Client, many: list[Photo]) -> None:
    address, seen = f"{RESULTS}?q=type:jpeg", []
    while address:
        answer = client.get(address)
        seen += shown(answer)
        address = next_of(answer)

    assert seen == sorted((photo.pk for photo in many), reverse=True)
    assert ">Relevance</a>" not in answer.content.decode()


def test_a_list_that_is_gone_says_so_and_offers_to_search_again(client: Client, many: list[Photo]) -> None:
    assert many
    following = next_of(client.get(RESULTS, {"q": "red", "mode": "semantic"}))
    KeptList.objects.update(expires=timezone.now())

    whole, more = client.get(following), client.get(following, headers=HTMX)

    assert (whole.status_code, more.status_code) == (410, 200)  # htmx shows nothing of an answer that is an error
    for answer in (whole, more):
        assert "kept for 15 minutes and is gone" in answer.content.decode()
        assert f'<a class="button" href="{RESULTS}?q=red&amp;mode=semantic">Search again</a>' in answer.content.decode()
        assert shown(answer) == []


@pytest.mark.parametrize("cursor", ["x", "\0", "é" * 50, "a" * 10_000, "' OR 1=1"])
@pytest.mark.parametrize("sort", ["relevance", "rating"])
def test_what_is_no_cursor_is_refused(client: Client, cursor: str, sort: str) -> None:
    answer = client.get(RESULTS, {"q": "red", "cursor": cursor, "sort": sort})

    assert answer.status_code == 400
    assert "This cursor was not given by this service." in answer.content.decode()
    assert "Search again</a>" in answer.content.decode()


def test_what_became_invisible_is_on_no_later_page(client: Client, many: list[Photo]) -> None:
    first = client.get(RESULTS, {"q": "red"})
    many[62].trash(timezone.now())
    many[63].edit({"archived": True})

    second = client.get(next_of(first), headers=HTMX)

    assert shown(second) == [photo.pk for photo in [*many[60:62], *many[64:122]]]


def test_where_no_list_can_be_kept_the_first_results_are_shown_all_the_same(client: Client, many: list[Photo]) -> None:
    with connection.cursor() as cursor:
        refuse = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        cursor.execute(f"CREATE TRIGGER full_disk BEFORE INSERT ON {KeptList._meta.db_table} {refuse}")

    answer = client.get(RESULTS, {"q": "red"})

    assert shown(answer) == [photo.pk for photo in many[:PAGE]]
    assert next_of(answer) == ""


def test_every_further_page_costs_the_same_number_of_queries(client: Client, many: list[Photo]) -> None:
    assert many
    second = next_of(client.get(RESULTS, {"q": "red"}))

    def cost(address: str) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address, headers=HTMX)
        return len(captured), next_of(answer)

    of_second, third = cost(second)
    of_third, _ = cost(third)
    assert of_second == of_third <= 14
