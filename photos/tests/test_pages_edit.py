from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ai.vocabulary import TagScore
from photos.models import Photo
from photos.models.tag import MAX_TAGS
from photos.tests.factories import at

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}


def edit(client: Client, photo: Photo, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post(reverse("photos:edit", args=[photo.pk]), fields, headers=headers)


def change_tags(client: Client, photo: Photo, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post(reverse("photos:tags", args=[photo.pk]), fields, headers=headers)


def hidden_fields(page: str) -> dict[str, str]:
    """Return what the form of the words sends along unseen."""
    found = re.findall(r'<input type="hidden" name="(initial-[^"]+)" value="([^"]*)">', page)
    return {name: value.replace("\n", "\r\n") for name, value in found}  # as browsers do


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


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


def test_a_text_that_others_changed_meanwhile_is_not_taken_back(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A cat.\nOn a chair.", title="Mo")
    form = hidden_fields(text_of(client.get(photo.get_absolute_url())))
    Photo.objects.update(caption="A dog.")

    edit(client, photo, None, **form, title="Mo the dog", caption="A cat.\r\nOn a chair.", description="")

    photo.refresh_from_db()
    assert (photo.title, photo.caption, photo.edited) == ("Mo the dog", "A dog.", ["title"])


def test_a_text_cleared_is_a_person_s_also_where_others_changed_it(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A cat.")
    form = hidden_fields(text_of(client.get(photo.get_absolute_url())))
    Photo.objects.update(caption="A dog.")

    edit(client, photo, None, **form, title="", caption="", description="")

    photo.refresh_from_db()
    assert (photo.caption, photo.edited) == ("", ["caption"])


def test_writing_that_turns_or_hides_itself_is_taken_out(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    edit(client, photo, title="\u202eevil", caption="a\u2066b")

    photo.refresh_from_db()
    assert (photo.title, photo.caption) == ("evil", "ab")


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


@pytest.mark.parametrize("headers", [None, HTMX])
def test_one_tag_too_many_is_refused_in_words(
    client: Client, make_photo: MakePhoto, headers: dict[str, str] | None
) -> None:
    photo = make_photo(tags=[f"word {number}" for number in range(MAX_TAGS)])

    answer = change_tags(client, photo, headers, add="boat")

    assert answer.status_code == 422
    assert "A photo has at most 200 tags." in text_of(answer)
    assert "boat" not in photo.tag_names


def test_posting_no_tag_at_all_changes_nothing(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="Old words.")

    change_tags(client, photo, add=" , ")

    photo.refresh_from_db()
    assert photo.caption == "Old words."


def test_a_removed_tag_is_remembered_as_rejected(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["dog"])

    page = text_of(change_tags(client, photo, HTMX, remove="dog"))

    photo.set_machine_tags([TagScore("dog", 0.99)], "model")
    assert Photo.objects.get().tag_names == []
    assert "No tags yet" in page


@pytest.mark.parametrize("name", ["edit", "tags", "analyze"])
def test_nothing_is_written_by_looking(client: Client, make_photo: MakePhoto, name: str) -> None:
    photo = make_photo()

    assert client.get(reverse(f"photos:{name}", args=[photo.pk])).status_code == 405


def test_an_edit_keeps_the_shelf_one_came_from(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(favorite=True)
    url = reverse("photos:edit", args=[photo.pk]) + "?from=favorites"

    answer = client.post(url, {"title": "Mo"})

    assert answer.headers["Location"] == f"{photo.get_absolute_url()}?from=favorites"


def set_date(client: Client, photo: Photo, moment: str, headers: dict[str, str] | None = None) -> Any:
    return client.post(reverse("photos:date", args=[photo.pk]), {"taken_at": moment}, headers=headers)


@pytest.mark.parametrize(
    ("source", "offset", "kept"),
    [("exif", 120, 120), ("exif", None, None), ("upload", 0, None)],
)
def test_a_date_is_set_by_the_clock_of_the_place(
    client: Client, make_photo: MakePhoto, source: str, offset: int | None, kept: int | None
) -> None:
    photo = make_photo(taken_at=at("2019-03-21 11:04"), taken_offset=offset, taken_at_source=source)

    answer = set_date(client, photo, "1965-07-30T10:20:30")

    photo.refresh_from_db()
    assert answer.headers["Location"] == photo.get_absolute_url()
    assert (photo.taken_at, photo.taken_offset) == (at("1965-07-30 10:20:30"), kept)
    assert (photo.taken_at_source, photo.edited) == ("human", ["taken_at"])


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("yesterday", "Write it as"),
        ("0900-01-01T00:00", "between 1826"),
        ("9999-01-01T00:00", "between 1826"),
    ],
)
def test_a_date_that_cannot_be_is_said_and_sets_nothing(
    client: Client, make_photo: MakePhoto, moment: str, words: str
) -> None:
    photo = make_photo(taken_at=at("2019-03-21 11:04"))

    answer = set_date(client, photo, moment, headers=HTMX)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Photo.objects.get().taken_at == at("2019-03-21 11:04")
