from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ai.vocabulary import TagScore
from photos.models import Photo, Stage
from photos.tests.factories import at

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}


def edit(client: Client, photo: Photo, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post(reverse("photos:edit", args=[photo.pk]), fields, headers=headers)


def change_tags(client: Client, photo: Photo, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post(reverse("photos:tags", args=[photo.pk]), fields, headers=headers)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_tells_what_is_known_of_the_photo(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(
        caption="A dog on a beach.",
        taken_at=at("2019-03-21 11:04:22"),
        taken_offset=-300,
        taken_at_source=Photo.DateSource.EXIF,
        camera_make="Apple",
        camera_model="iPhone 7",
        aperture=1.8,
        shutter=1 / 887,
        iso=20,
        focal_length=3.99,
        latitude=41.2203,
        longitude=-96.071625,
        altitude=351.0,
        width=4032,
        height=3024,
    )

    page = text_of(client.get(photo.get_absolute_url()))

    for words in (
        "A dog on a beach.",
        "Thursday, 21 March 2019, 11:04:22",
        "UTC-5, from the camera",
        "Apple iPhone 7",
        "f/1.8 · 1/887 s · ISO 20 · 3.99 mm",
        "41.2203° N, 96.0716° W",
        "351 m above the sea",
        "3024 · 12.2 MP",
    ):
        assert words in page


def test_a_date_that_is_only_the_upload_says_so(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(taken_at_source=Photo.DateSource.UPLOAD)

    assert "the file names no date" in text_of(client.get(photo.get_absolute_url()))


def test_a_machine_s_tag_shows_how_sure_it_is_and_a_person_s_does_not(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["holiday"])
    photo.set_machine_tags([TagScore("dog", 0.87)], "model")

    page = text_of(client.get(photo.get_absolute_url()))

    assert "87%" in page
    assert "100%" not in page


def test_newer_and_older_lead_along_the_gallery(client: Client, make_photo: MakePhoto) -> None:
    old, middle, new = (make_photo(taken_at=at(f"2024-0{month}-01 12:00")) for month in (1, 2, 3))
    make_photo(taken_at=at("2024-02-02 12:00"), archived=True)

    page = text_of(client.get(middle.get_absolute_url()))

    assert f'href="{new.get_absolute_url()}" rel="prev"' in page
    assert f'href="{old.get_absolute_url()}" rel="next"' in page


def test_the_strip_of_similar_photos_is_fetched_from_the_search(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    assert f'hx-get="/gallery/{photo.pk}/similar/"' in text_of(client.get(photo.get_absolute_url()))


def test_a_caption_is_edited_and_is_a_person_s_from_then_on(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A cat.")

    answer = edit(client, photo, caption="Our cat Mo,\r\nasleep.")

    photo.refresh_from_db()
    assert answer.headers["Location"] == photo.get_absolute_url()
    assert photo.caption == "Our cat Mo,\nasleep."
    assert photo.edited == ["caption"]


def test_a_text_sent_back_unchanged_stays_the_machine_s(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A cat.\nOn a chair.", title="Mo")

    edit(client, photo, title="Mo the cat", caption="A cat.\r\nOn a chair.", description="")

    photo.refresh_from_db()
    assert photo.edited == ["title"]


def test_fields_that_are_not_posted_stay(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(title="Mo", rating=4, favorite=True)

    edit(client, photo, rating="2")

    photo.refresh_from_db()
    assert (photo.title, photo.rating, photo.favorite) == ("Mo", 2, True)


def test_favorite_and_rating_can_be_taken_back(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(rating=4, favorite=True)

    edit(client, photo, rating="")
    edit(client, photo, favorite="false")

    photo.refresh_from_db()
    assert (photo.rating, photo.favorite) == (None, False)


def test_htmx_gets_the_panel_and_the_notice_only(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    page = text_of(edit(client, photo, HTMX, title="Mo"))

    assert "<html" not in page
    assert 'value="Mo"' in page
    assert 'hx-swap-oob="beforeend"' in page
    assert "Saved." in page


@pytest.mark.parametrize("headers", [None, HTMX])
@pytest.mark.parametrize("fields", [{"title": "x" * 256}, {"rating": "6"}, {"rating": "many"}, {"caption": "a\0b"}])
def test_what_cannot_be_kept_is_refused_in_words(
    client: Client, make_photo: MakePhoto, headers: dict[str, str] | None, fields: dict[str, str]
) -> None:
    photo = make_photo(title="Mo")

    answer = edit(client, photo, headers, **fields)

    photo.refresh_from_db()
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert (photo.title, photo.rating, photo.caption) == ("Mo", None, "")


def test_tags_are_added_with_commas_between(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["dog"])

    change_tags(client, photo, add="Beach,  Summer Holiday , ,")

    assert Photo.objects.get().tag_names == ["dog", "beach", "summer holiday"]


def test_a_removed_tag_is_remembered_as_rejected(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["dog"])

    page = text_of(change_tags(client, photo, HTMX, remove="dog"))

    photo.set_machine_tags([TagScore("dog", 0.99)], "model")
    assert Photo.objects.get().tag_names == []
    assert "No tags yet" in page


def test_a_failed_analysis_shows_its_reason_and_is_tried_again(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(status=Photo.Status.FAILED, error="The encoder gave no usable vector.")
    photo.stages.filter(name=Stage.Name.EMBEDDING).update(status=Stage.Status.FAILED, attempts=3, error="…")

    before = text_of(client.get(photo.get_absolute_url()))
    after = text_of(client.post(reverse("photos:analyze", args=[photo.pk]), headers=HTMX))

    photo.refresh_from_db()
    assert "The encoder gave no usable vector." in before
    assert photo.status == Photo.Status.READY
    assert "could not be analysed" not in after


@pytest.mark.parametrize("name", ["edit", "tags", "analyze"])
def test_nothing_is_written_by_looking(client: Client, make_photo: MakePhoto, name: str) -> None:
    photo = make_photo()

    assert client.get(reverse(f"photos:{name}", args=[photo.pk])).status_code == 405
