from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from ai.colours.palette import Palette, Shade
from photos.models import Photo, PhotoColour
from photos.tests.factories import make_user
from search.filters import allowed
from search.language import Field, QueryError, Words, chips, complete, parse

MakePhoto = Callable[..., Photo]


@pytest.fixture
def library(make_photo: MakePhoto) -> dict[str, Photo]:
    photos = {
        "sea": [Shade(0x2A8A86, 0.6), Shade(0x1E90FF, 0.4)],
        "rose": [Shade(0xD01C1F, 0.1), Shade(0x2E8B57, 0.9)],
        "plain": [],
    }
    made = {title: make_photo(title=title) for title in photos}
    for title, shades in photos.items():
        PhotoColour.objects.put(made[title], Palette(shades, monochrome=False))
    return made


def found(client: Client, query: str, **more: str) -> list[int]:
    answer = client.get("/search", {"q": query, "mode": "hybrid", **more})
    assert answer.status_code == 200, answer.json()
    return sorted(result["photo_id"] for result in answer.json()["results"])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("color:teal", "teal"),
        ("colour:TEAL", "teal"),
        ("color:gray", "gray"),
        ("color:Grey", "gray"),
        ("color:silver", "gray"),
        ('color:"sky blue"', "skyblue"),
        ("color:sky-blue", "skyblue"),
        ("color:Türkis", "cyan"),
        ("color:dore", "gold"),
        ("color:weiß", "white"),
        ("color:mono", "bw"),
        ("color:b&w", "bw"),
        ("color:#1E90FF", "#1e90ff"),
        ("color:#09f", "#0099ff"),
        ("color:1e90ff", "#1e90ff"),
    ],
)
def test_a_colour_is_read_by_whatever_it_is_called(written: str, read: str) -> None:
    query = parse(written)

    assert query.root == Field("color", read)
    assert parse(str(query)) == query


@pytest.mark.parametrize("value", ["loud", "#12", "#12345g", "tea", "#", '""', "teal,red"])
def test_what_is_no_colour_is_refused_with_what_is_allowed(value: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(f"dog color:{value}")

    assert "color: cannot be" in str(caught.value.detail)
    for allowed_word in ("teal", "bw", "#1e90ff"):
        assert allowed_word in str(caught.value.detail)
    assert parse(f"dog color:{value}", lenient=True).root == Words(f"dog color:{value}")


@pytest.mark.parametrize("mode", ["hybrid", "text"])
def test_over_http_an_unknown_colour_is_a_400_that_names_it(client: Client, owner: User, mode: str) -> None:
    assert owner
    answer = client.get("/search", {"q": "color:loud", "mode": mode})
    page = client.get(reverse("search:results"), {"q": "color:loud", "mode": mode})

    assert answer.status_code == page.status_code == 400
    assert "“loud”" in str(answer.json()) and "teal" in str(answer.json())
    assert "“loud”" in page.content.decode()


@pytest.mark.django_db
def test_by_meaning_an_unknown_colour_is_plain_text(client: Client) -> None:
    assert client.get("/search", {"q": "color:loud"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("color:teal", ["sea"]),
        ("color:#1e90ff", ["sea"]),
        ("color:red color:green", ["rose"]),
        ("color:teal OR color:red", ["sea", "rose"]),
        ("-color:blue", ["rose", "plain"]),
        ("-(color:teal OR color:red)", ["plain"]),
        ("color:bw", []),
    ],
)
def test_page_and_api_find_the_same(client: Client, library: dict[str, Photo], query: str, titles: list[str]) -> None:
    wanted = sorted(library[title].pk for title in titles)

    page = client.get(reverse("search:results"), {"q": query}).content.decode()

    assert found(client, query) == found(client, query, mode="text") == found(client, query, mode="semantic") == wanted
    assert [photo.pk for photo in library.values() if f'href="{photo.get_absolute_url()}?from=search' in page] == wanted


def test_other_peoples_colours_find_nothing(make_photo: MakePhoto, owner: User) -> None:
    hers = make_photo(owner=make_user("eve"))
    PhotoColour.objects.put(hers, Palette([Shade(0x008080, 1.0)], monochrome=False))

    assert not allowed(parse("color:teal"), owner).exists()
    assert not allowed(parse("color:#008080"), owner).exists()


def test_a_colour_takes_one_query(
    library: dict[str, Photo], owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert library
    with django_assert_num_queries(1):
        assert len(allowed(parse("(color:teal OR color:#d01c1f) -color:navy"), owner)) == 2


def test_the_page_shows_the_colour_on_its_chip_and_explains_the_field(
    client: Client, library: dict[str, Photo]
) -> None:
    assert library

    page = client.get(reverse("search:results"), {"q": "-color:#1e90ff color:bw"}).content.decode()

    assert 'fill="#1e90ff"' in page
    assert page.count('class="swatch"') == 1  # black-and-white has none
    assert "<code>color:teal</code>" in page


def test_chips_know_their_colour() -> None:
    assert [chip.swatch for chip in chips(parse("color:teal -color:#1e90ff dog tag:teal color:bw"))] == [
        "#008080",
        "#1e90ff",
        "",
        "",
        "",
    ]


@pytest.mark.usefixtures("library")
def test_names_are_completed_with_their_colour(client: Client, owner: User) -> None:
    answer = client.get(reverse("search:completions"), {"q": "is:failed OR color:te"}).json()["completions"]

    assert [(one["text"], one["label"], one["swatch"]) for one in answer] == [
        ("is:failed OR color:teal ", "color:teal", "#008080")
    ]
    assert [one.label for one in complete("color:gr", owner)] == ["color:gray", "color:green"]
    assert [one.label for one in complete("color:hellb", owner)] == ["color:skyblue"]
    assert [one.label for one in complete("color:#09f", owner)] == ["color:#0099ff"]
    assert complete("color:#09", owner) == complete("color:xyz", owner) == []
    assert len(complete("color:", owner)) == 23


@pytest.mark.usefixtures("library")
def test_other_fields_are_completed_without_one(client: Client) -> None:
    answer = client.get(reverse("search:completions"), {"q": "is:"}).json()["completions"]

    assert {one["swatch"] for one in answer} == {""}
