from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

PAGE = "search:facets"


def part(client: Client, **query: str) -> str:
    """Return what htmx puts into the page of results."""
    answer = client.get(reverse(PAGE), query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def values(page: str) -> list[tuple[str, str]]:
    """Return the values that can be clicked with their counts, "" for those that are asked for."""
    found = re.findall(r"<a href=[^>]*>(?:<i[^>]*></i>)?<span>([^<]*)</span>(?:<small>([\d,]*)</small>)?", page)
    return [(name, count) for name, count in found]


def test_results_come_with_their_number_and_what_narrows(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    make_photo(tags=["dog", "sea"], caption="beach", taken_at=at("2019-05-01 12:00"))
    make_photo(tags=["dog"], caption="beach", taken_at=at("2020-05-01 12:00"))

    results = client.get(reverse("search:results"), {"q": "beach", "mode": "text"}).content.decode()
    page = part(client, q="beach", mode="text")

    address = f"{reverse(PAGE)}?q=beach&amp;mode=text"
    assert f'hx-get="{address}"' in results
    assert f'<a class="button small" href="{address}"' in results
    assert ">2 photos<" in page
    assert values(page) == [("sea", "1"), ("2020", "1"), ("2019", "1")]  # all of them have the other tag
    assert f'href="{reverse("search:results")}?q=beach%20tag%3Asea&amp;mode=text"' in page


def test_what_is_asked_for_is_marked_and_leads_back(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    make_photo(tags=["dog"], caption="beach")

    page = part(client, q="beach tag:dog", mode="text")

    assert values(page) == [("dog", "")]
    assert f'href="{reverse("search:results")}?q=beach&amp;mode=text" class="is-asked"' in page
    assert f'href="{reverse("search:results")}" class="is-asked"' in part(client, q="tag:dog")


def test_many_values_are_folded(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    make_photo(tags=[f"tag {number:02}" for number in range(12)], caption="beach")
    make_photo(caption="beach")

    page = part(client, q="beach", mode="text")

    assert "<summary>4 more</summary>" in page
    assert len(values(page)) == 12


def test_without_scripts_it_is_a_page_of_its_own(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    make_photo(tags=["dog"], caption="beach")
    make_photo(caption="beach")

    page = client.get(reverse(PAGE), {"q": "beach", "mode": "text"}).content.decode()

    assert "<title>beach" in page
    assert values(page) == [("dog", "1")]
    assert f'href="{reverse("search:results")}?q=beach&amp;mode=text">Show the photos' in page


def test_nothing_asked_leads_to_the_search_and_nonsense_says_what_is_wrong(client: Client, owner: User) -> None:
    assert owner

    assert client.get(reverse(PAGE))["Location"] == reverse("search:results")
    wrong = client.get(reverse(PAGE), {"q": "iso:high"})
    assert (wrong.status_code, 'role="alert"' in wrong.content.decode()) == (400, True)
    assert values(part(client, q="iso:high")) == []
    assert "photo" not in part(client, q="nothing at all", mode="text").split(">", 1)[1]


def test_nobody_counts_other_people_s_photos(client: Client, make_photo: MakePhoto, server_mode: Settings) -> None:
    assert server_mode
    anna, eve = make_user("anna"), make_user("eve")
    make_photo(tags=["dog"], caption="beach", owner=anna)
    make_photo(caption="beach", owner=anna)

    assert client.get(reverse(PAGE), {"q": "beach"}).status_code == 302
    client.force_login(eve)
    assert values(part(client, q="beach", mode="text")) == []
    client.force_login(anna)
    assert values(part(client, q="beach", mode="text")) == [("dog", "1")]


def test_the_number_of_queries_does_not_grow_with_the_library(
    client: Client, make_photo: MakePhoto, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert owner
    make_photo(tags=["dog"], caption="beach")
    make_photo(caption="beach")
    with django_assert_max_num_queries(40) as few:
        part(client, q="beach", mode="text")
    for number in range(20):
        make_photo(tags=["dog", f"tag {number}"], caption="beach", camera_model=f"R{number}")

    with django_assert_max_num_queries(len(few)):
        part(client, q="beach", mode="text")
