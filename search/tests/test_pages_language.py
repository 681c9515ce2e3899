from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from photos.models import Photo
from photos.tests.factories import make_user
from search.language import operators
from search.ranking.modes import Mode
from search.tests.test_pages import looks, search, shown

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def test_the_parts_of_a_query_can_be_taken_away_one_by_one(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("red"))

    page = client.get(reverse("search:results"), {"q": "red -blue iso:800", "mode": "text"}).content.decode()

    assert re.findall(r"<span>(.*?)</span>\s*<a href=\"/gallery/search/\?q=(.*?)&amp;mode=text\"", page) == [
        ("red", "-blue%20iso%3A800"),
        ("-blue", "red%20iso%3A800"),
        ("iso:800", "red%20-blue"),
    ]


@pytest.mark.parametrize("text", ["red colr:blue", "red iso:many", "(red", 'red "blue'])
def test_a_query_that_cannot_be_read_marks_the_piece_and_says_why(client: Client, text: str) -> None:
    answer = search(client, text)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'class="chip wrong"' in page
    assert 'role="alert"' in page


def test_by_meaning_the_page_is_as_lenient_as_the_api(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"))

    answer = client.get(reverse("search:results"), {"q": "10:30 red", "mode": "semantic"})

    assert shown(answer) == [photo.pk]


def test_an_unknown_mode_is_the_best_one(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"))

    assert shown(client.get(reverse("search:results"), {"q": "red", "mode": "x"})) == [photo.pk]


def test_a_photo_to_be_like_that_is_not_ones_own_is_told_in_words(client: Client, make_photo: MakePhoto) -> None:
    theirs = make_photo(owner=make_user("stranger"), embedding=looks("red"))

    answer = search(client, f"similar:{theirs.pk}")

    assert answer.status_code == 400
    assert f"there is no photo {theirs.pk}" in answer.content.decode()


def test_a_mended_typo_is_told_on_the_page(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A zebra")

    answer = search(client, "zebar")

    assert shown(answer) == [photo.pk]
    assert "Showing results for <strong>zebra</strong>" in answer.content.decode()


def test_the_page_explains_every_field(client: Client) -> None:
    page = client.get(reverse("search:results")).content.decode()

    for operator in operators():
        assert f"<dd>{escape(operator.help)}</dd>" in page


def test_fields_and_ones_own_values_are_completed(client: Client, make_photo: MakePhoto) -> None:
    make_photo(tags=["harbour", "dog"])
    make_photo(tags=["harvest"])
    make_photo(tags=["harp", "dog"], owner=make_user("stranger"))

    fields = client.get(reverse("search:completions"), {"q": "dog cam"}).json()["completions"]
    values = client.get(reverse("search:completions"), {"q": "dog tag:har"}).json()["completions"]

    assert [(one["text"], one["label"]) for one in fields] == [("dog camera:", "camera:")]
    assert [one["text"] for one in values] == ["dog tag:harbour "]
    tags = client.get(reverse("search:completions")).json()["completions"]  # of an empty box
    assert [one["text"] for one in tags] == ["tag:dog ", "tag:harbour ", "tag:harvest "]


EVERY_OPERATOR = [example for operator in operators() for example in operator.examples if operator.name != "similar"]


@pytest.mark.parametrize("text", EVERY_OPERATOR)
def test_every_operator_finds_the_same_on_page_and_api(client: Client, make_photo: MakePhoto, text: str) -> None:
    make_photo(
        tags=["food", "hot dog"], title="Lunch", caption="Lunch", iso=800, aperture=2.0, focal_length=50.0, rating=5,
        latitude=48.8584, longitude=2.2945, favorite=True, camera_model="Canon EOS R5", lens="EF 50mm Macro",
        width=3, height=4, format="heic", embedding=looks("red"),
    )  # fmt: skip
    make_photo(tags=["work"], caption="", archived=False, embedding=looks("blue"))
    make_photo(archived=True, embedding=looks("green"))

    for mode in Mode:
        query = {"q": text, "mode": str(mode)}
        page = client.get(reverse("search:results"), query)
        api = client.get("/search", query | {"top_k": "50"})
        assert (page.status_code, api.status_code) == (200, 200)
        assert shown(page) == [result["photo_id"] for result in api.json()["results"]]


def test_each_wrong_piece_is_marked_and_what_is_right_stays_a_chip(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"))

    page = client.get(reverse("search:results"), {"q": f"foo:bar iso:abc red similar:{photo.pk}"})

    assert page.status_code == 400
    text = page.content.decode()
    assert (text.count('class="chip wrong"'), text.count('<li class="chip')) == (2, 3 + 1)


def test_a_line_tells_where_relevance_ends_in_every_mode(client: Client, make_photo: MakePhoto) -> None:
    strong, weak = make_photo(embedding=looks("red")), make_photo(embedding=looks("blue", "green", "red"))

    for mode in (Mode.HYBRID, Mode.SEMANTIC):
        page = client.get(reverse("search:results"), {"q": "red", "mode": mode}).content.decode()
        above, line, below = page.partition('<p class="relevance-end">')
        assert line
        assert f'href="/gallery/{strong.pk}/?' in above
        assert f'href="/gallery/{weak.pk}/?' in below
        assert "<details" in below


def test_where_all_are_strong_there_is_no_line(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("red"))

    assert "relevance-end" not in search(client, "red").content.decode()


def test_nonsense_is_told_and_leads_to_what_is_there(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("red"), tags=["old & new"])

    page = client.get(reverse("search:results"), {"q": "xqzzt blorf", "mode": "text"}).content.decode()

    assert "Nothing found for “xqzzt blorf”" in page
    assert '<a href="/gallery/search/?q=old%20%26%20new&amp;mode=text">old &amp; new</a>' in page


def test_likeness_without_a_strong_answer_shows_what_comes_nearest(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"))
    make_photo(embedding=looks("blue", "green", "red"))

    page = search(client, f"similar:{photo.pk}").content.decode()

    assert "These come nearest." in page
    assert '<details class="found less-likely" open>' in page
