from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.models import ShownPicture
from search.ranking.pictures import show
from search.tests.pictures import striped, stripes
from search.tests.test_pages import looks, shown

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]
Upload = Callable[..., Photo]


def refine(client: Client, **query: Any) -> Any:
    return client.get(reverse("search:refine"), query)


def query_of(answer: Any) -> str:
    """Return the query that an answer leads to."""
    assert answer.status_code == 302, answer.content
    address = urlsplit(answer["Location"])
    assert address.path == reverse("search:results")
    return parse_qs(address.query)["q"][0]


def said(client: Client) -> str:
    """Return what the next page tells the person."""
    page = client.get("/gallery/").context
    return " ".join(str(message) for message in page["messages"])


def test_every_result_offers_more_and_less_like_it(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"))

    page = client.get(reverse("search:results"), {"q": "red tag:x OR red", "mode": "semantic"}).content.decode()

    for kind in ("more", "less"):
        address = re.search(rf'href="(/gallery/search/refine/[^"]*{kind}={photo.pk}[^"]*)"', page)
        assert address
        assert query_of(client.get(address[1].replace("&amp;", "&"))).startswith("red ")


def test_refining_keeps_the_query_and_what_else_was_asked(client: Client) -> None:
    more = refine(client, q="dog tag:pet", mode="text", sort="newest", more=12, cursor="x")
    less = refine(client, q="dog + similar:12", less="9")

    assert (query_of(more), query_of(less)) == ("dog + similar:12 tag:pet", "dog + similar:12 - 0.5:similar:9")
    assert parse_qs(urlsplit(more["Location"]).query) == {
        "q": ["dog + similar:12 tag:pet"],
        "mode": ["text"],
        "sort": ["newest"],
    }


def test_by_meaning_plain_text_is_refined_as_it_was_read(client: Client) -> None:
    assert query_of(refine(client, q="10:30 sunrise", mode="semantic", more=12)) == '"10:30 sunrise" + similar:12'


TWELVE = ",".join(map(str, range(1, 13)))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"q": "tag:food", "less": "9"}, "choose what is more like it first"),
        ({"q": "(dog OR cat) tag:pet", "more": "9"}, "OR in brackets"),
        ({"q": "x" * 995, "more": "9"}, "as long as it can be"),
        ({"q": "iso:many", "more": "9"}, "iso: cannot be"),
        ({"q": "", "more": "9"}, "Write something to search for"),
        ({"q": f"dog + similar:{TWELVE}", "more": "13"}, "at most 12 photos of a kind"),
        ({"q": "dog"}, "Say which photo"),
        ({"q": "dog", "more": "1", "less": "2"}, "Say which photo"),
        ({"q": "dog", "more": "many"}, "is no photo"),
        ({"q": "dog", "more": "1,2"}, "One photo at a time"),
    ],
)
def test_what_cannot_be_refined_says_why_and_stays_as_it_was(client: Client, query: dict[str, str], words: str) -> None:
    answer = refine(client, **query)

    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query, keep_blank_values=True)["q"] == [query["q"]]
    assert words in said(client)


def test_what_was_marked_stands_as_chips_with_pictures_and_can_be_taken_back(
    client: Client, make_photo: MakePhoto
) -> None:
    more, less = make_photo(embedding=looks("red"), width=400, height=300), make_photo(embedding=looks("blue"))
    found = make_photo(embedding=looks("red", "green"))
    query = f"red + similar:{more.pk}@0.5,0,0.5,0.5 - 0.5:similar:{less.pk}"

    answer = client.get(reverse("search:results"), {"q": f"similar:{more.pk} - 0.5:similar:{less.pk}"})
    region = client.get(reverse("search:results"), {"q": query}).content.decode()

    page = answer.content.decode()
    assert shown(answer) == [found.pk]
    assert f'<img src="/photo/{more.pk}/thumbnail?size=512"' in page
    assert f'aria-label="Search without less like photo {less.pk}"' in page
    assert f"?q=similar%3A{more.pk}&quot;" in page or f'?q=similar%3A{more.pk}"' in page
    assert 'role="alert"' in region  # the file of this photo was never there, and the page says so


def test_a_part_of_a_photo_leads_to_what_is_like_it(client: Client, upload_stripes: Upload) -> None:
    photo, blue = upload_stripes("red", "red", "blue"), upload_stripes("blue")
    part = {"of": str(photo.pk), "left": "70", "top": "0", "width": "30", "height": "100"}

    answer = client.get(reverse("search:region"), part, follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/gallery/search/?q=similar:{photo.pk}@0.7,0,0.3,1"
    assert shown(answer)[0] == blue.pk
    assert f"Photos</span> like a part of photo {photo.pk}" in page
    assert '<svg viewBox="280.0 0.0 120.0 300.0"' in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"width": "0"}, "wider and higher than nothing"),
        ({"left": "60"}, "ends inside it"),
        ({"left": "101"}, "left: "),
        ({"top": "nan"}, "top: "),
        ({"height": ""}, "height: "),
        ({"of": "me"}, "is no photo"),
        ({"of": ""}, "of: "),
    ],
)
def test_no_part_of_a_picture_is_refused_in_words(client: Client, changed: dict[str, str], words: str) -> None:
    part = {"of": "12", "left": "25", "top": "25", "width": "50", "height": "50"} | changed

    answer = client.get(reverse("search:region"), part)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert words in answer.content.decode()


def test_selected_photos_are_searched_by_together(client: Client, make_photo: MakePhoto) -> None:
    red, blue = make_photo(embedding=looks("red")), make_photo(embedding=looks("blue"))
    both = make_photo(embedding=looks("red", "blue"))

    answer = client.post(reverse("search:of_photos"), {"photo": [red.pk, blue.pk, red.pk]}, follow=True)

    assert answer.redirect_chain[0][0] == f"/gallery/search/?q=similar:{red.pk},{blue.pk}"
    assert shown(answer) == [both.pk]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([], "Select some photos first."), (list(range(1, 18)), "Select at most 16"), ([10**17] * 600, "Select at most")],
)
def test_too_few_or_many_selected_photos_lead_back_with_a_reason(
    client: Client, numbers: list[int], words: str
) -> None:
    answer = client.post(reverse("search:of_photos"), {"photo": numbers, "next": "/gallery/archive/"})

    assert answer["Location"] == "/gallery/archive/"
    assert words in said(client)


def post_picture(client: Client, *colours: str) -> Any:
    file = SimpleUploadedFile("q.png", stripes(*colours), "image/png")
    return client.post(reverse("search:by_image"), {"file": file})


def test_a_picture_from_elsewhere_is_shown_refined_and_searched_by_a_part_of_it(
    client: Client, make_photo: MakePhoto
) -> None:
    red, blue = make_photo(embedding=looks("red", "green")), make_photo(embedding=looks("blue", "green"))

    query = query_of(post_picture(client, "red", "red", "blue"))
    token = query.removeprefix("similar:~")
    page = client.get(reverse("search:results"), {"q": query})
    picture = client.get(reverse("search:picture", args=[token]))
    part = {"of": f"~{token}", "left": "70", "top": "0", "width": "30", "height": "100"}

    assert shown(page) == [red.pk, blue.pk]
    assert f'src="/gallery/search/pictures/{token}/"' in page.content.decode()
    assert f'name="of" value="~{token}"' in page.content.decode()
    assert shown(client.get(reverse("search:region"), part, follow=True)) == [blue.pk]
    assert query_of(refine(client, q=query, less=blue.pk)) == f"{query} - 0.5:similar:{blue.pk}"
    with Image.open(BytesIO(picture.content)) as shown_again:
        assert (shown_again.format, shown_again.size) == ("WEBP", (400, 300))
    assert picture["Cache-Control"].startswith("private")


def test_a_shown_picture_is_nobody_elses_and_goes_in_time(client: Client, owner: User) -> None:
    picture = striped("red")
    theirs = show(picture, make_user("stranger"), timezone.now())
    old = show(picture, owner, timezone.now() - ShownPicture.LIFETIME - timedelta(seconds=1))

    for token in (theirs.token, old.token, "A" * 16):
        page = client.get(reverse("search:results"), {"q": f"similar:~{token}"})
        assert client.get(reverse("search:picture", args=[token])).status_code == 404
        assert page.status_code == 400
        assert "not kept any more" in page.content.decode()


def test_a_part_of_a_photo_of_another_is_told_to_be_nothing(client: Client, make_photo: MakePhoto) -> None:
    theirs = make_photo(owner=make_user("stranger"), embedding=looks("red"))

    for query in (f"similar:{theirs.pk}@0,0,0.5,0.5", f"red + similar:{theirs.pk}"):
        page = client.get(reverse("search:results"), {"q": query})
        assert page.status_code == 400
        assert f"there is no photo {theirs.pk}" in page.content.decode()
        assert f"/photo/{theirs.pk}/" not in page.content.decode()


@pytest.mark.parametrize(("name", "method"), [("of_photos", "get"), ("refine", "post"), ("region", "post")])
def test_pages_of_likeness_take_one_method(client: Client, name: str, method: str) -> None:
    assert getattr(client, method)(reverse(f"search:{name}")).status_code == 405


def test_searches_by_selected_photos_and_pictures_need_the_token_of_the_page() -> None:
    for name in ("of_photos", "by_image"):
        assert Client(enforce_csrf_checks=True).post(reverse(f"search:{name}")).status_code == 403


def test_results_cost_the_same_queries_however_many_examples(
    client: Client, make_photo: MakePhoto, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    numbers = [make_photo(embedding=looks("red", "blue")).pk for _ in range(14)]
    address = reverse("search:results")
    client.get(address, {"q": f"red + similar:{numbers[0]}"})
    with django_assert_max_num_queries(40) as few:
        client.get(address, {"q": f"red + similar:{numbers[0]}"})

    with django_assert_max_num_queries(len(few)):
        client.get(address, {"q": f"red + similar:{','.join(map(str, numbers[:10]))}"})


def test_twelve_photos_of_seven_digits_are_no_dead_end(client: Client) -> None:
    query = f"dog + similar:{','.join(str(number) for number in range(1_000_001, 1_000_025, 2)[:11])}"

    for number in range(1_000_101, 1_000_113):
        answer = refine(client, q=query, less=str(number))
        query = parse_qs(urlsplit(answer["Location"]).query)["q"][0]

    assert len(query) > 200
    assert "1000112" in query
    assert said(client) == ""


def test_the_page_of_results_says_why_a_thirteenth_photo_was_not_marked(client: Client, make_photo: MakePhoto) -> None:
    made = [make_photo(embedding=looks("red")).pk for _ in range(13)]
    query = f"dog + similar:{','.join(map(str, made[:12]))}"

    page = client.get(reverse("search:refine"), {"q": query, "more": str(made[12])}, follow=True)

    assert "at most 12 photos of a kind" in page.content.decode()
