from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from photos.models import DateShift, Photo
from photos.tests.factories import at, make_user

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
HTMX = {"HX-Request": "true"}


def posted(client: Client, name: str, data: dict[str, Any], **headers: Any) -> Any:
    return client.post(reverse(f"photos:{name}"), data, follow=True, **headers)


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_the_page_asks_by_how_much_and_shows_the_dates(client: Client, make_photo: MakePhoto) -> None:
    photos = [make_photo(title=f"photo {number}", taken_at=at(f"2019-03-21 {number:02d}:00")) for number in range(14)]

    page = text_of(posted(client, "dates", {"photo": [photo.pk for photo in photos]}))

    assert "Move the dates of 14 photos" in page
    assert "21 Mar 2019, 00:00:00" in page
    assert "and 2 more" in page


def test_what_the_dates_would_be_is_shown_while_one_types(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(taken_at=at("2019-03-21 23:30"))
    data = {"photo": [photo.pk], "direction": "later", "hours": "2"}

    shown = text_of(posted(client, "dates", data, headers=HTMX))

    assert "<del>21 Mar 2019, 23:30:00</del>" in shown
    assert "<ins>22 Mar 2019, 01:30:00</ins>" in shown
    assert "<form" not in shown
    assert Photo.objects.get().taken_at == at("2019-03-21 23:30")


@pytest.mark.parametrize(
    ("direction", "amount", "moved"),
    [
        ("later", {"hours": "1", "minutes": "30"}, "2019-03-21 13:30"),
        ("earlier", {"days": "365"}, "2018-03-21 12:00"),
        ("earlier", {"hours": "", "seconds": "60"}, "2019-03-21 11:59"),
    ],
)
def test_dates_are_moved_and_moved_back_by_the_button_in_the_notice(
    client: Client, make_photo: MakePhoto, direction: str, amount: dict[str, str], moved: str
) -> None:
    photo = make_photo(taken_at=at("2019-03-21 12:00"))
    data = {"photo": [photo.pk], "direction": direction, "next": "/gallery/favorites/"} | amount

    after = posted(client, "shift_dates", data)

    undo = f"{reverse('photos:undo_dates')}?number={DateShift.objects.get().pk}"
    assert after.redirect_chain == [("/gallery/favorites/", 302)]
    assert "Dates moved: 1 photo." in text_of(after)
    assert f'action="{undo}"' in text_of(after)
    assert Photo.objects.get().taken_at == at(moved)
    assert "as they were: 1 photo." in text_of(client.post(undo, follow=True))
    assert Photo.objects.get().taken_at == at("2019-03-21 12:00")
    assert "undone already" in text_of(client.post(undo, follow=True))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"direction": "later"}, "Say by how much."),
        ({"direction": "later", "hours": "-1"}, "greater than or equal to 0"),
        ({"direction": "later", "hours": "x"}, "whole number"),
        ({"direction": "sideways", "hours": "1"}, "Move the dates"),
        ({"direction": "later", "days": "36525", "hours": "1"}, "A hundred years is the most."),
        ({"direction": "earlier", "days": "36525"}, "would not lie between 1826 and 9998"),
    ],
)
def test_what_cannot_be_is_said_and_moves_nothing(
    client: Client, make_photo: MakePhoto, data: dict[str, str], words: str
) -> None:
    photo = make_photo(taken_at=at("1900-03-21 12:00"))

    answer = posted(client, "shift_dates", {"photo": [photo.pk]} | data)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Photo.objects.get().taken_at == at("1900-03-21 12:00")


@pytest.mark.parametrize("name", ["dates", "shift_dates"])
@pytest.mark.parametrize("chosen", [[], [1] * 501])
def test_without_photos_or_with_too_many_it_leads_back(client: Client, db: None, name: str, chosen: list[int]) -> None:
    assert db is None

    answer = posted(client, name, {"photo": chosen, "direction": "later", "hours": "1"})

    assert answer.redirect_chain[0][0] == reverse("photos:gallery")
    assert "Select" in text_of(answer)


def test_the_photos_of_others_are_neither_shown_nor_moved(client: Client, make_photo: MakePhoto) -> None:
    hers = make_photo(title="hers alone", owner=make_user("eve"), taken_at=at("2019-03-21 12:00"))
    shift = DateShift.objects.create(owner=hers.owner, seconds=60, made_at=at("2024-05-01 12:00"))

    assert "hers alone" not in text_of(posted(client, "dates", {"photo": [hers.pk]}))
    posted(client, "shift_dates", {"photo": [hers.pk], "direction": "later", "hours": "1"})
    answer = posted(client, "undo_dates", {"number": shift.pk})

    assert "cannot be undone" in text_of(answer)
    assert Photo.objects.get().taken_at == at("2019-03-21 12:00")
    assert DateShift.objects.get(pk=shift.pk).undone_at is None


def test_the_page_takes_the_same_queries_however_many_photos(
    client: Client, make_photo: MakePhoto, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    photos = [make_photo() for _ in range(12)]
    with django_assert_max_num_queries(12) as few:
        posted(client, "dates", {"photo": [photos[0].pk]})

    with django_assert_max_num_queries(len(few)):
        posted(client, "dates", {"photo": [photo.pk for photo in photos]})
