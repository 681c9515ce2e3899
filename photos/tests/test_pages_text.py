from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from ai.ocr.base import Line
from photos.models import Photo, RecognisedText
from photos.models.recognised import Reading

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


def read_on(photo: Photo, *texts: str) -> None:
    box = ((0.25, 0.5), (0.75, 0.5), (0.75, 1.0), (0.25, 1.0))
    RecognisedText.objects.put(photo, Reading([Line(text, 0.9, box) for text in texts], "made"), timezone.now())


def page_of(client: Client, photo: Photo) -> str:
    return client.get(photo.get_absolute_url()).content.decode()


def test_the_page_shows_the_text_and_marks_it_in_the_picture(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(width=800, height=600)
    read_on(photo, "Gate 14", "Harbour Street")

    page = page_of(client, photo)

    assert "Text in the picture" in page
    assert "<p>Gate 14</p><p>Harbour Street</p>" in page
    assert 'viewBox="0 0 800 600"' in page
    assert 'points="200,300 600,300 600,600 200,600"' in page
    assert 'data-copy="read-text"' in page


def test_48_markup_in_a_picture_is_shown_and_does_nothing(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    read_on(photo, "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>')

    page = page_of(client, photo)

    assert "<script>alert" not in page and "<img src=x" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2  # beside the picture and on its mark


def test_the_panel_keeps_the_text_when_something_else_is_changed(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    read_on(photo, "Gate 14")

    answer = client.post(f"/gallery/{photo.pk}/edit/", {"favorite": "true"}, headers={"HX-Request": "true"})

    assert "<p>Gate 14</p>" in answer.content.decode()


def test_a_photo_without_text_shows_nothing_of_it(client: Client, make_photo: MakePhoto) -> None:
    page = page_of(client, make_photo())

    assert "Text in the picture" not in page and "text-marks" not in page


def test_the_search_page_says_that_a_word_is_in_the_picture(client: Client, make_photo: MakePhoto) -> None:
    read_on(make_photo(title="A sign"), "Harbour Street")

    page = client.get("/gallery/search/", {"q": "harbour"}).content.decode()

    assert "in the picture" in page
