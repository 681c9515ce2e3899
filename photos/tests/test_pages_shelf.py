from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from photos.views.shelf import PAGE

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}
QUERIES = 3  # the owner, the photos, their tags


def shown(page: str) -> list[int]:
    """Numbers of the photos on a page, in their order."""
    return [int(number) for number in re.findall(r'href="/gallery/(\d+)/"', page)]


def next_page(page: str, attribute: str = "href") -> str:
    found = re.search(rf'rel="next"[^>]* {attribute}="([^"]+)"', page)
    assert found
    return reverse("photos:gallery") + found[1].replace("&amp;", "&")


def test_the_root_leads_to_the_gallery(client: Client) -> None:
    answer = client.get("/")

    assert answer.headers["Location"] == "/gallery/"


def test_the_gallery_shows_the_newest_taken_first_under_its_day(client: Client, make_photo: MakePhoto) -> None:
    old = make_photo(taken_at=at("2019-03-21 11:04"))
    new = make_photo(taken_at=at("2024-08-05 09:00"))

    page = client.get(reverse("photos:gallery")).content.decode()

    assert shown(page) == [new.pk, old.pk]
    assert page.index("Monday, 5 August 2024") < page.index("Thursday, 21 March 2019")


def test_photos_of_one_day_share_a_heading(client: Client, make_photo: MakePhoto) -> None:
    make_photo(taken_at=at("2024-08-05 00:00"))
    make_photo(taken_at=at("2024-08-05 23:59"))

    page = client.get(reverse("photos:gallery")).content.decode()

    assert page.count("Monday, 5 August 2024") == 1


def test_each_tile_tells_its_proportions_before_the_image_is_there(client: Client, make_photo: MakePhoto) -> None:
    make_photo(width=4032, height=3024)

    page = client.get(reverse("photos:gallery")).content.decode()

    assert 'class="tile r-135"' in page
    assert 'width="4032" height="3024" loading="lazy"' in page


def test_a_page_holds_sixty_and_links_to_the_rest(client: Client, make_photo: MakePhoto) -> None:
    photos = [make_photo(taken_at=at(f"2024-08-05 10:{minute:02d}")) for minute in range(PAGE)]
    oldest = make_photo(taken_at=at("2024-08-04 10:00"))

    first = client.get(reverse("photos:gallery")).content.decode()
    second = client.get(next_page(first)).content.decode()

    assert shown(first) == [photo.pk for photo in reversed(photos)]
    assert shown(second) == [oldest.pk]
    assert "<html" in second
    assert 'rel="next"' not in second


def test_endless_scrolling_puts_the_rest_of_a_day_under_its_heading(client: Client, make_photo: MakePhoto) -> None:
    for minute in range(PAGE + 1):
        make_photo(taken_at=at(f"2024-08-05 {10 + minute // 60}:{minute % 60:02d}"))
    make_photo(taken_at=at("2024-08-04 10:00"))

    first = client.get(reverse("photos:gallery")).content.decode()
    more = client.get(next_page(first, "hx-get"), headers=HTMX).content.decode()

    assert "<html" not in more
    assert '<div class="days continued">' in more
    assert 'aria-labelledby="day-2024-08-05"' in more
    assert "Monday, 5 August 2024" not in more
    assert "Sunday, 4 August 2024" in more
    assert 'id="day-2024-08-05"' in first


def test_the_gallery_costs_the_same_queries_for_one_photo_as_for_a_page(
    client: Client, make_photo: MakePhoto, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo(tags=["dog"])
    with django_assert_num_queries(QUERIES):
        client.get(reverse("photos:gallery"))
    for _ in range(PAGE):
        make_photo(tags=["dog", "beach"])

    with django_assert_num_queries(QUERIES) as many:
        client.get(reverse("photos:gallery"))

    assert not any('"embedding"' in query["sql"] for query in many.captured_queries)


@pytest.mark.parametrize(
    ("shelf", "fields"),
    [("favorites", {"favorite": True}), ("archive", {"archived": True}), ("trash", {"trashed": True})],
)
def test_each_shelf_shows_its_own_photos_only(
    client: Client, make_photo: MakePhoto, shelf: str, fields: dict[str, bool]
) -> None:
    there = make_photo(original_name="there.jpg", **fields)
    make_photo(original_name="elsewhere.jpg")

    page = client.get(reverse(f"photos:{shelf}")).content.decode()

    assert f'name="photo" value="{there.pk}"' in page
    assert "elsewhere.jpg" not in page


def test_archived_and_trashed_photos_leave_the_gallery(client: Client, make_photo: MakePhoto) -> None:
    make_photo(archived=True)
    make_photo(trashed=True)

    page = client.get(reverse("photos:gallery")).content.decode()

    assert shown(page) == []
    assert "No photos yet" in page


@pytest.mark.parametrize("shelf", ["gallery", "favorites", "archive", "trash"])
def test_nobody_sees_the_photos_of_another(client: Client, make_photo: MakePhoto, shelf: str) -> None:
    stranger = make_user("stranger")
    for fields in ({"favorite": True}, {"archived": True}, {"trashed": True}):
        make_photo(owner=stranger, original_name="secret.jpg", **fields)

    page = client.get(reverse(f"photos:{shelf}")).content.decode()

    assert "secret.jpg" not in page


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=" + "A" * 300, "shown=yesterday", "cursor=%00"])
def test_a_cursor_from_elsewhere_is_refused_in_words(client: Client, owner: User, query: str) -> None:  # noqa: ARG001
    answer = client.get(f"/gallery/?{query}", headers={"Accept": "text/html"})

    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.content.decode()


def test_names_and_captions_are_text_and_never_markup(client: Client, make_photo: MakePhoto) -> None:
    make_photo(original_name='"><script>alert(1)</script>.jpg', caption="<img src=x onerror=alert(1)>")

    page = client.get(reverse("photos:gallery")).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_pages_have_no_inline_script_style_or_handler(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["dog"])

    for url in (reverse("photos:gallery"), photo.get_absolute_url(), reverse("photos:upload")):
        page = client.get(url).content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


def test_animations_and_panoramas_are_marked(client: Client, make_photo: MakePhoto) -> None:
    make_photo(animated=True)
    make_photo(panorama=True)
    make_photo()

    page = client.get(reverse("photos:gallery")).content.decode()

    assert (page.count('title="Animation"'), page.count('title="Panorama"')) == (1, 1)
