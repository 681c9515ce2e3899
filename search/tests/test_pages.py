from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from ai.fakes import DIMENSION, PALETTE
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}


def looks(*colours: str) -> np.ndarray:
    """Return the vector of a picture of these colours, the first one most of it."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    for place, colour in enumerate(colours):
        vector[list(PALETTE).index(colour)] = 1 / (place + 1)
    return vector


def search(client: Client, text: str) -> Any:
    return client.get(reverse("search:results"), {"q": text})


def shown(answer: Any) -> list[int]:
    """Numbers of the photos on a page, in their order."""
    return [
        int(number)
        for number in re.findall(r'<a href="/gallery/(\d+)/(?:\?from=search[^"]*)?"><img', answer.content.decode())
    ]


def post_picture(client: Client, data: bytes, **headers: str) -> Any:
    file = SimpleUploadedFile("q.jpg", data)
    return client.post(reverse("search:by_image"), {"file": file}, headers=headers, follow=True)


def test_words_come_before_meaning_and_each_result_says_why(client: Client, make_photo: MakePhoto) -> None:
    alike = make_photo(embedding=looks("red"))
    a_little_alike = make_photo(embedding=looks("blue", "green", "red"))
    named = make_photo(embedding=looks("blue"), caption="A red boat.", tags=["red"])

    answer = search(client, "red")

    page = answer.content.decode()
    assert shown(answer) == [named.pk, alike.pk, a_little_alike.pk]
    assert "has the tag “red”, in the caption" in page
    assert "looks like “red”" in page
    assert "looks a little like “red”" in page


def test_what_does_not_look_like_it_at_all_is_no_result(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("blue"))

    answer = search(client, "red")

    assert shown(answer) == []
    assert "None of your photos has these words or clearly looks like it." in answer.content.decode()
    assert "less-likely" not in answer.content.decode()


def test_what_looks_only_a_little_like_it_is_folded_away(client: Client, make_photo: MakePhoto) -> None:
    alike = make_photo(embedding=looks("red"))
    less = make_photo(embedding=looks("blue", "green", "red"))

    sure, _, folded = search(client, "red").content.decode().partition('<details class="found')

    assert f"/gallery/{alike.pk}/" in sure
    assert f"/gallery/{less.pk}/" not in sure
    assert "Less likely: 1 photo<" in folded
    assert f"/gallery/{less.pk}/" in folded


def test_where_nothing_is_near_the_less_likely_are_offered_and_not_shown_as_found(
    client: Client, make_photo: MakePhoto
) -> None:
    make_photo(embedding=looks("blue", "green", "red"))

    page = search(client, "red").content.decode()

    assert "Nothing found for “red”" in page
    assert "By what they show" not in page
    assert page.index("Nothing found") < page.index("Less likely: 1 photo<")
    assert 'less-likely" open' not in page


def test_a_text_nobody_knows_says_so(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("blue"))

    page = search(client, "zyzzyva").content.decode()

    assert "Nothing found for “zyzzyva”" in page
    assert "is not known here" in page


def test_an_empty_search_explains_itself(client: Client) -> None:
    answer = client.get(reverse("search:results"))

    assert answer.status_code == 200
    assert "What are you looking for?" in answer.content.decode()


@pytest.mark.parametrize("text", ["x" * 10_000, "\0", "\x07"])
def test_a_senseless_text_is_refused_in_words(client: Client, text: str) -> None:
    answer = search(client, text)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("text", ["😀", "שלום", "'; DROP TABLE photo; --", "%00", "50%_", "<script>alert(1)</script>"])
def test_any_other_text_is_searched_and_shown_as_text(client: Client, make_photo: MakePhoto, text: str) -> None:
    photo = make_photo(caption=text)

    answer = search(client, text)

    assert shown(answer) == [photo.pk]
    assert "<script>alert" not in answer.content.decode()


def test_without_an_encoder_the_page_finds_words_and_says_what_is_missing(
    client: Client, make_photo: MakePhoto, settings: Settings, tmp_path: Any
) -> None:
    photo = make_photo(tags=["red"])
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    answer = search(client, "red")

    assert shown(answer) == [photo.pk]
    assert "Search by meaning is not possible now." in answer.content.decode()


def test_a_picture_finds_photos_like_it(client: Client, make_photo: MakePhoto) -> None:
    purple, red = make_photo(embedding=looks("blue", "red")), make_photo(embedding=looks("red"))

    answer = post_picture(client, jpeg((40, 30), "red"))

    assert shown(answer) == [red.pk, purple.pk]
    assert Photo.objects.count() == 2


def test_what_is_no_picture_is_refused_in_words(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=looks("red"))

    answer = post_picture(client, b"no picture at all")

    assert answer.status_code == 415
    assert 'role="alert"' in answer.content.decode()


def test_a_search_by_picture_needs_the_token_of_its_page() -> None:
    assert post_picture(Client(enforce_csrf_checks=True), jpeg()).status_code == 403


def test_similar_photos_are_a_strip_and_a_search_without_the_photo_itself(
    client: Client, make_photo: MakePhoto
) -> None:
    photo = make_photo(embedding=looks("red"))
    near, far = make_photo(embedding=looks("red", "blue")), make_photo(embedding=looks("blue", "red"))
    url = reverse("search:similar", args=[photo.pk])

    page, strip = client.get(url, follow=True), client.get(url, headers=HTMX)

    assert shown(strip) == [near.pk, far.pk]
    assert "<html" not in strip.content.decode()
    assert page.redirect_chain == [(f"/gallery/search/?q=similar:{photo.pk}", 302)]
    assert shown(page) == [near.pk, far.pk]


def test_a_photo_not_analysed_yet_says_so(client: Client, make_photo: MakePhoto) -> None:
    url = reverse("search:similar", args=[make_photo().pk])

    page, strip = client.get(url, follow=True), client.get(url, headers=HTMX)

    assert (page.status_code, strip.status_code) == (409, 200)
    assert "not analysed yet" in page.content.decode()
    assert "quiet-words" in strip.content.decode()


def test_results_cost_the_same_queries_however_many(
    client: Client, make_photo: MakePhoto, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo(embedding=looks("red"), tags=["red"])
    search(client, "red")
    with django_assert_max_num_queries(24) as few:
        search(client, "red")
    cost = len(few)
    for _ in range(30):
        make_photo(embedding=looks("red"), tags=["red"])
    search(client, "red")

    with django_assert_max_num_queries(cost):
        search(client, "red")


def test_nobody_finds_the_photos_of_another(client: Client, make_photo: MakePhoto) -> None:
    theirs = make_photo(owner=make_user("stranger"), embedding=looks("red"), tags=["red"])
    mine = make_photo(embedding=looks("red", "blue"))

    found = [search(client, "red"), post_picture(client, jpeg((40, 30), "red"))]

    assert [shown(answer) for answer in found] == [[mine.pk], [mine.pk]]
    assert client.get(reverse("search:similar", args=[theirs.pk])).status_code == 404


@pytest.mark.parametrize(
    "name", ["results", "completions", "by_image", "similar", "of_photos", "region", "refine", "picture"]
)
def test_a_visitor_is_led_to_the_sign_in(client: Client, make_photo: MakePhoto, settings: Settings, name: str) -> None:
    instead = {"accounts.middleware.ActAsLocalOwner": "accounts.middleware.SignInRequired"}
    settings.MIDDLEWARE = [instead.get(middleware, middleware) for middleware in settings.MIDDLEWARE]
    arguments: dict[str, list[Any]] = {"similar": [make_photo().pk], "picture": ["Ab3_-xyz"]}
    url = reverse(f"search:{name}", args=arguments.get(name, []))

    for answer in (client.get(url), client.post(url)):
        assert answer.headers["Location"].startswith("/accounts/sign-in/?next=")
