"""`colors` in the JSON of photos, and on the page of what the machine saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from photos.models import Photo, Stage
from photos.tests.interrupted import uploaded
from photos.tests.pictures import corners, encoded
from photos.tests.requesting import post, post_photo, queries_of

pytestmark = pytest.mark.django_db


def test_a_photo_tells_its_colours_the_largest_first(client: Client) -> None:
    pk = post_photo(client, encoded(corners((400, 300)), "PNG")).json()["id"]

    colors = client.get(f"/photo/{pk}").json()["colors"]

    assert {color["name"] for color in colors} == {"red", "green", "blue", "yellow"}
    assert {"hex": "#f0dc28", "name": "yellow", "share": 0.25} in colors
    assert client.get("/photos").json()[0]["colors"] == colors
    assert client.get("/photos?include=embedding").json()[0]["colors"] == colors


def test_what_is_not_analysed_has_none(client: Client) -> None:
    photo = uploaded()

    assert client.get(f"/photo/{photo.pk}").json()["colors"] == []


def test_a_list_takes_the_same_queries_however_many_colours_it_shows(client: Client) -> None:
    post_photo(client)
    one = len(queries_of(client, "/photos", limit=100))
    for number in range(5):
        post_photo(client, encoded(corners((60 + number, 40)), "PNG"))

    assert len(queries_of(client, "/photos", limit=100)) == one


def test_the_stage_is_repeated_by_name(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.stages.filter(name=Stage.Name.COLOURS).delete()  # it was there before colours were looked for

    answer = post(client, f"/photo/{photo.pk}/analyze", {"stages": ["colors"]}).json()

    assert [color["name"] for color in answer["colors"]] == ["red"]
    assert answer["status"] == "ready"
    assert photo.stages.get(name=Stage.Name.COLOURS).status == "done"


def test_the_page_of_what_the_machine_saw_leads_to_photos_of_the_same_colour(client: Client) -> None:
    pk = post_photo(client, encoded(corners((400, 300)), "PNG")).json()["id"]

    page = client.get(reverse("photos:understanding", args=[pk])).content.decode()

    assert f'href="{reverse("search:results")}?q=color:yellow"' in page
    assert 'fill="#f0dc28"' in page
    assert "style=" not in page


def test_a_photo_without_colours_shows_none(client: Client, make_photo: Callable[..., Photo]) -> None:
    page = client.get(reverse("photos:understanding", args=[make_photo().pk])).content.decode()

    assert 'aria-labelledby="colours-title" hidden' in page
