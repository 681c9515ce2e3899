from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ai.vocabulary import TagScore
from photos.metadata import Face
from photos.models import Photo, PhotoFace, Stage
from photos.templatetags.photo_display import DATE_SOURCES
from photos.tests.factories import at

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}


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
        direction=320.6,
        focal_length_35mm=28.0,
        flash=False,
        software="12.1.4",
        artist="Anna <b>",
        copyright="All rights reserved",
        city="Omaha",
        region="Nebraska",
        country="United States",
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
        "Looking north-west, 321°",
        "28 mm on 35 mm film · no flash",
        "Written by 12.1.4",
        "Anna &lt;b&gt;",
        "All rights reserved",
        "?q=place%3A%22United+States%22",
        "3024 · 12.2 MP",
    ):
        assert words in page


def test_people_marked_in_the_file_are_named_and_lead_to_their_photos(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    names = ('Anna "the <b>"', "")
    PhotoFace.objects.put(photo, [Face(name, 0.1, 0.1, 0.2, 0.2) for name in names])

    page = text_of(client.get(photo.get_absolute_url()))

    assert "?q=person%3A%22Anna+%5C%22the+%3Cb%3E%5C%22%22" in page
    assert "Anna &quot;the &lt;b&gt;&quot;</a>, somebody" in page


@pytest.mark.parametrize("source", Photo.DateSource)
def test_who_says_when_it_was_taken_is_told(client: Client, make_photo: MakePhoto, source: str) -> None:
    photo = make_photo(taken_at_source=source)

    assert f"<small>{DATE_SOURCES[Photo.DateSource(source)]}</small>" in text_of(client.get(photo.get_absolute_url()))


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


def test_a_photo_reached_from_the_favorites_leads_along_them(client: Client, make_photo: MakePhoto) -> None:
    loved = make_photo(taken_at=at("2024-01-01 12:00"), favorite=True)
    make_photo(taken_at=at("2024-02-01 12:00"))
    also_loved = make_photo(taken_at=at("2024-03-01 12:00"), favorite=True)

    shelf = text_of(client.get(reverse("photos:favorites")))
    page = text_of(client.get(f"{also_loved.get_absolute_url()}?from=favorites"))

    assert f'href="{also_loved.get_absolute_url()}?from=favorites"' in shelf
    assert f'href="{loved.get_absolute_url()}?from=favorites" rel="next"' in page
    assert "Back to Favorites" in page


def test_a_photo_that_is_not_there_is_said_to_be_in_words(client: Client, owner: User) -> None:  # noqa: ARG001
    answer = client.get("/gallery/999/", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "This photo is not here. Perhaps it was deleted" in text_of(answer)


def test_the_strip_of_similar_photos_is_fetched_from_the_search(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    assert f'hx-get="/gallery/{photo.pk}/similar/"' in text_of(client.get(photo.get_absolute_url()))


def test_a_failed_analysis_shows_its_reason_and_is_tried_again(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(status=Photo.Status.FAILED, error="The encoder gave no usable vector.")
    photo.stages.filter(name=Stage.Name.EMBEDDING).update(status=Stage.Status.FAILED, attempts=3, error="…")

    before = text_of(client.get(photo.get_absolute_url()))
    after = text_of(client.post(reverse("photos:analyze", args=[photo.pk]), headers=HTMX))

    photo.refresh_from_db()
    assert "The encoder gave no usable vector." in before
    assert photo.status == Photo.Status.READY
    assert "could not be analysed" not in after


@pytest.mark.usefixtures("no_encoder")
def test_the_page_of_a_photo_that_waits_for_an_encoder_says_what_to_do(client: Client, make_photo: MakePhoto) -> None:
    waiting, ready = make_photo(status=Photo.Status.QUEUED), make_photo()

    page = text_of(client.get(waiting.get_absolute_url()))

    assert "Waiting to be analysed." in page
    assert "encoder" in page.partition("Waiting to be analysed.")[2].partition("</div>")[0]
    assert "Waiting to be analysed." not in text_of(client.get(ready.get_absolute_url()))


def test_the_page_says_who_wrote_the_caption(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A dog.")
    assert "Made from what the tags and the date say" in text_of(client.get(photo.get_absolute_url()))

    Photo.objects.filter(pk=photo.pk).update(authors={"caption": "<seer>"})
    assert "Written by &lt;seer&gt;" in text_of(client.get(photo.get_absolute_url()))

    photo.edit({"caption": "Rex."})
    assert "Your words" in text_of(client.get(photo.get_absolute_url()))


@pytest.mark.usefixtures("fake_captioner")
def test_a_photo_that_could_not_be_described_says_why_and_can_be_tried_again(
    client: Client, make_photo: MakePhoto
) -> None:
    photo = make_photo()
    Stage.objects.create(photo=photo, name="description", status="failed", attempts=3, error="The server is silly.")
    page = text_of(client.get(photo.get_absolute_url()))
    assert "could not be described" in page and "The server is silly." in page

    answer = client.post(reverse("photos:analyze", args=[photo.pk]), {"stage": "description"}, headers=HTMX)

    assert "Waiting to be described." in text_of(answer)
    assert "It will be described again soon." in text_of(answer)
    assert photo.stages.get(name="description").status == "queued"


def test_without_a_captioner_the_page_tells_of_no_description(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    Stage.objects.create(photo=photo, name="description", status="failed", error="The server is silly.")

    assert "silly" not in text_of(client.get(photo.get_absolute_url()))
