"""Results are selected and dealt with as photos of the gallery are."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.tests.test_pages import looks

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

RESULTS = reverse("search:results")
SELECTION = reverse("photos:selection")


def picks(answer: Any) -> list[int]:
    pattern = r'<input type="checkbox" name="photo" value="(\d+)" form="selection"'
    return [int(number) for number in re.findall(pattern, answer.content.decode())]


def offered(answer: Any) -> list[str]:
    """Return what can be done with the selected, the words on its buttons left out."""
    bar = re.findall(r'<form class="selection-bar".*?</form>', answer.content.decode(), re.DOTALL)
    return re.findall(r'name="action" value="(\w+)"|formaction="[^"]*?([\w-]+)/?"', "".join(bar))


def test_results_strong_and_weak_can_be_selected_with_the_gallery_s_actions(
    client: Client, make_photo: MakePhoto
) -> None:
    strong, weak = make_photo(embedding=looks("red")), make_photo(embedding=looks("blue", "green", "red"))

    page = client.get(RESULTS, {"q": "red"})

    assert picks(page) == [strong.pk, weak.pk]
    assert offered(page) == offered(client.get(reverse("photos:gallery")))
    assert 'id="selecting"' in page.content.decode()


def test_after_it_one_is_back_at_the_results(client: Client, make_photo: MakePhoto) -> None:
    red = [make_photo(embedding=looks("red")) for _ in range(3)]
    page = client.get(f"{RESULTS}?q=red&sort=newest").content.decode()
    [back] = re.findall(r'<input type="hidden" name="next" value="([^"]*)">\s*<span class="selection-count">', page)

    answer = client.post(
        SELECTION, {"photo": [red[0].pk, red[1].pk], "action": "trash", "next": unescape(back)}, follow=True
    )

    assert answer.redirect_chain == [(f"{RESULTS}?q=red&sort=newest", 302)]
    assert picks(answer) == [red[2].pk]
    assert "Undo" in answer.content.decode()


def test_what_lies_in_the_archive_can_be_taken_out_of_it(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("red"), archived=True)

    page = client.get(RESULTS, {"q": "red is:archived"})

    assert ("unarchive", "") in offered(page)
    assert ("unarchive", "") not in offered(client.get(RESULTS, {"q": "red"}))


@pytest.mark.parametrize("query", ["", "zyzzyva", "("])
def test_where_there_is_nothing_nothing_can_be_selected(client: Client, query: str, owner: User) -> None:
    page = client.get(RESULTS, {"q": query}).content.decode()

    assert owner.pk
    assert "selection-bar" not in page
    assert 'id="selecting"' not in page


def test_somebody_else_s_result_is_left_alone(client: Client, make_photo: MakePhoto, owner: User) -> None:
    theirs = make_photo(owner=make_user("anna"), embedding=looks("red"))

    client.post(SELECTION, {"photo": [theirs.pk], "action": "trash", "next": f"{RESULTS}?q=red"})

    theirs.refresh_from_db()
    assert owner.pk
    assert theirs.trashed_at is None
