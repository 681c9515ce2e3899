"""A photo opened from the results of a search: the next one is the next result, and back is where it stands."""

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
from pytest_django import Settings

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from search.models import KeptList
from search.tests.factories import bulk_photos, leaning
from search.tests.test_pages import HTMX, looks
from search.views.result_pages import PAGE

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

RED = 0
RED_ONES = ((0.0, 3), (0.1, 1), (0.2, 5))  # how far from red, and the year
RESULTS = reverse("search:results")


@pytest.fixture
def many(owner: User) -> list[Photo]:
    """Photos for two pages of results, the reddest first, which is not the newest."""
    return bulk_photos(owner, np.stack([leaning(RED, number / 1000) for number in range(PAGE + 10)]))


@pytest.fixture
def red(make_photo: MakePhoto) -> list[Photo]:
    """Three photos, the reddest first: neither the oldest nor the newest; others lie between them in the gallery."""
    made = [
        make_photo(embedding=leaning(RED, angle), taken_at=at(f"202{year}-01-01 12:00")) for angle, year in RED_ONES
    ]
    for year in (0, 2, 4, 6):
        make_photo(embedding=looks("blue"), taken_at=at(f"202{year}-01-01 12:00"))
    return made


def links(answer: Any, pattern: str) -> list[str]:
    return [unescape(found) for found in re.findall(pattern, answer.content.decode())]


def opened(answer: Any) -> list[str]:
    """Return the addresses that the photos on a page of results lead to."""
    return links(answer, r'<a href="(/gallery/\d+/[^"]*)"><img')


def beside(answer: Any) -> tuple[str, str]:
    """Return the addresses of the photos before and after the one on a page, "" where there is none."""
    before, after = links(answer, r'href="([^"]*)" rel="prev"'), links(answer, r'href="([^"]*)" rel="next"')
    return "".join(before), "".join(after)


def back(answer: Any) -> str:
    [address] = links(answer, r'href="([^"]*)" id="back"')
    return address


def test_a_photo_stands_among_the_results_it_was_opened_from(client: Client, red: list[Photo]) -> None:
    first, second, third = opened(client.get(RESULTS, {"q": "red"}))

    assert first == f"{red[0].get_absolute_url()}?from=search&q=red"
    assert beside(client.get(first)) == ("", second)
    assert beside(client.get(second)) == (first, third)
    assert beside(client.get(third)) == (second, "")
    assert back(client.get(second)) == f"{RESULTS}?q=red#photo-{red[1].pk}"
    assert f'id="photo-{red[1].pk}"' in client.get(RESULTS, {"q": "red"}).content.decode()


@pytest.mark.parametrize("asked", [{"sort": "newest"}, {"sort": "oldest"}, {"sort": "rating"}, {"mode": "semantic"}])
def test_every_order_and_mode_is_stepped_through_as_it_is_listed(
    client: Client, red: list[Photo], asked: dict[str, str]
) -> None:
    red[1].edit({"rating": 5})
    listed = opened(client.get(RESULTS, {"q": "red"} | asked))

    walked = [listed[0]]
    while following := beside(client.get(walked[-1]))[1]:
        assert beside(client.get(following))[0] == walked[-1]
        walked.append(following)

    assert len(listed) == len(red)
    assert walked == listed


def test_facts_alone_are_stepped_through_by_date(client: Client, make_photo: MakePhoto) -> None:
    make_photo(taken_at=at("2022-06-01 12:00"))
    for year in (1, 2, 3):
        make_photo(taken_at=at(f"202{year}-01-01 12:00"), favorite=True)

    newest, middle, oldest = opened(client.get(RESULTS, {"q": "is:favorite"}))

    assert beside(client.get(middle)) == (newest, oldest)


def test_who_tags_the_untagged_goes_on_to_the_next_of_them(client: Client, make_photo: MakePhoto) -> None:
    _, middle, _ = (make_photo(taken_at=at(f"202{year}-01-01 12:00")) for year in (1, 2, 3))
    first, second, third = opened(client.get(RESULTS, {"q": "is:untagged"}))

    middle.set_tags(["boat"])

    assert beside(client.get(second)) == (first, third)
    assert beside(client.get(first))[1] == third


def test_many_results_are_stepped_through_by_the_list_that_scrolling_goes_by(client: Client, many: list[Photo]) -> None:
    first_page = client.get(RESULTS, {"q": "red"})
    [following] = links(first_page, r'rel="next" href="([^"]*)"')
    second_page = client.get(RESULTS + following, headers=HTMX)
    listed = opened(first_page) + opened(second_page)
    many[PAGE].trash(timezone.now())

    last_of_first = client.get(listed[PAGE - 1])

    assert len({re.sub(r".*list=", "", address) for address in listed}) == 1
    assert beside(last_of_first) == (listed[PAGE - 2], listed[PAGE + 1])
    assert beside(client.get(listed[-1])) == (listed[-2], "")
    there = back(client.get(listed[-1]))
    assert listed[-1] in opened(client.get(there.partition("#")[0]))
    assert KeptList.objects.count() == 1


def test_a_list_that_is_kept_no_more_is_searched_for_anew(client: Client, many: list[Photo]) -> None:
    listed = opened(client.get(RESULTS, {"q": "red"}))
    KeptList.objects.update(expires=timezone.now())

    page = client.get(listed[1])

    plain = [f"{photo.get_absolute_url()}?from=search&q=red" for photo in many]
    assert beside(page) == (plain[0], plain[2])
    assert back(page) == f"{RESULTS}?q=red#photo-{many[1].pk}"
    assert not KeptList.objects.filter(expires__gt=timezone.now()).exists()


@pytest.mark.parametrize(
    "asked",
    ["from=search&q=blue", "from=search", "from=search&q=(", "from=search&q=moon:full", "from=nowhere&q=red", "q=red"],
)
def test_a_photo_that_is_no_such_result_stands_in_the_gallery(client: Client, red: list[Photo], asked: str) -> None:
    newer, older = Photo.objects.get(taken_at__year=2024), Photo.objects.get(taken_at__year=2022)

    page = client.get(f"{red[0].get_absolute_url()}?{asked}")

    assert beside(page) == (newer.get_absolute_url(), older.get_absolute_url())
    assert back(page) == reverse("photos:gallery")


@pytest.mark.parametrize("token", ["x", "\0", "é" * 32, "a" * 32, "a" * 10_000, "' OR 1=1", "a b"])
def test_what_names_no_list_changes_nothing(client: Client, red: list[Photo], token: str) -> None:
    page = client.get(red[1].get_absolute_url(), {"from": "search", "q": "red", "list": token})

    assert page.status_code == 200
    assert [address.partition("?")[0] for address in beside(page)] == [
        red[0].get_absolute_url(),
        red[2].get_absolute_url(),
    ]
    assert "list=" not in beside(page)[0]


def test_a_list_of_somebody_else_shows_nothing_of_theirs(
    client: Client, many: list[Photo], owner: User, server_mode: Settings
) -> None:
    assert server_mode
    berta = make_user("berta")
    mine = bulk_photos(berta, np.stack([leaning(RED, 0.1), leaning(RED, 0.2)]), "berta")
    client.force_login(owner)
    theirs = opened(client.get(RESULTS, {"q": "red"}))[1]
    client.force_login(berta)

    page = client.get(mine[0].get_absolute_url() + "?" + theirs.partition("?")[2])

    assert client.get(theirs).status_code == 404
    assert beside(page) == ("", f"{mine[1].get_absolute_url()}?from=search&q=red")
    assert not any(photo.get_absolute_url() in page.content.decode() for photo in many)


def test_what_is_done_with_a_photo_leads_on_along_the_results(client: Client, red: list[Photo]) -> None:
    first, second, _ = opened(client.get(RESULTS, {"q": "red"}))

    edited = client.post(reverse("photos:edit", args=[red[0].pk]) + "?" + first.partition("?")[2], {"title": "A boat"})
    page = client.get(first).content.decode()

    assert edited["Location"] == first
    assert f'name="next" value="{second.replace("&", "&amp;")}"' in page  # where deleting it leads
    [seen] = links(client.get(first), r'id="understanding" href="([^"]*)"')
    assert links(client.get(seen), r'id="to-photo" href="([^"]*)"') == [first]


def test_a_step_along_a_kept_list_ranks_nothing(client: Client, many: list[Photo]) -> None:
    assert many
    kept = opened(client.get(RESULTS, {"q": "red"}))[1]

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    assert cost(kept) <= cost(many[1].get_absolute_url()) + 3
