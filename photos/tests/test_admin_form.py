"""One photo in the admin: what can be changed there, and that it means the same as everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from photos import storage
from photos.models import Photo, PhotoTag, Stage, Tag
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(client: Client) -> Photo:
    """A photo that the fake encoder has tagged `red`."""
    return Photo.objects.get(pk=post_photo(client).json()["id"])


def address_of(photo: Photo) -> str:
    return f"/admin/photos/photo/{photo.pk}/change/"


def form_of(client: Client, photo: Photo) -> dict[str, Any]:
    """Read the fields of the form as a browser would send them back unchanged."""
    context = client.get(address_of(photo)).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for field in (field for form in forms for field in form):
        widget = field.field.widget
        value = field.value()
        if hasattr(widget, "widgets"):
            parts = widget.decompress(value)
            data |= {f"{field.html_name}_{n}": str(part) for n, part in enumerate(parts)}
        elif value not in (None, False):
            data[field.html_name] = value
    return data


def save(client: Client, photo: Photo, **changes: Any) -> Photo:
    response = client.post(address_of(photo), form_of(client, photo) | changes)
    assert response.status_code == 302, response.context["errors"]
    return Photo.objects.get(pk=photo.pk)


def test_what_a_person_writes_is_theirs_for_ever(client: Client, photo: Photo) -> None:
    saved = save(client, photo, title="Boat", caption="Mine.", rating="4", favorite="on")

    assert (saved.title, saved.caption, saved.rating, saved.favorite) == ("Boat", "Mine.", 4, True)
    assert saved.edited == ["caption", "title"]


def test_saving_an_unchanged_form_changes_nothing(client: Client, photo: Photo) -> None:
    before = PhotoTag.objects.values_list("source", "rejected").get()

    saved = save(client, photo)

    assert (saved.edited, saved.taken_at, saved.caption) == ([], photo.taken_at, "A red.")
    assert PhotoTag.objects.values_list("source", "rejected").get() == before


def test_a_date_set_here_is_a_wall_clock_without_an_offset(client: Client, photo: Photo) -> None:
    saved = save(client, photo, taken_at_0="2019-03-21", taken_at_1="11:04:22")

    assert saved.taken_locally.isoformat() == "2019-03-21T11:04:22"
    assert (saved.taken_at_source, saved.caption) == ("human", "A red, photographed in March 2019.")


def test_a_machines_tag_is_rejected_and_that_is_remembered(client: Client, photo: Photo) -> None:
    saved = save(client, photo, **{"photo_tags-0-rejected": "on"})

    assert (saved.tag_names, saved.caption) == ([], "")
    row = PhotoTag.objects.get()
    assert (row.source, row.rejected) == ("machine", True)


def test_a_tag_added_here_is_a_persons(client: Client, photo: Photo) -> None:
    boat = Tag.objects.create(name="boat")

    saved = save(client, photo, **{"photo_tags-1-tag": str(boat.pk)})

    assert sorted(saved.tag_names) == ["boat", "red"]
    assert {row.tag.name: row.source for row in saved.shown_tags} == {"boat": "human", "red": "machine"}


def test_a_rejection_can_be_taken_back(client: Client, photo: Photo) -> None:
    photo.set_tags([])

    saved = save(client, photo, **{"photo_tags-0-rejected": ""})

    assert (saved.tag_names, PhotoTag.objects.get().source) == (["red"], "human")


def test_machine_fields_cannot_be_written(client: Client, photo: Photo) -> None:
    forged = {"sha256": "0" * 64, "status": "failed", "filename": "x.jpg", "owner": "4711", "width": "1", "image": "x"}

    saved = save(client, photo, **forged)

    assert saved.sha256 == photo.sha256
    assert (saved.status, saved.filename, saved.owner_id) == (photo.status, photo.filename, photo.owner_id)
    assert (saved.width, saved.image.name) == (photo.width, photo.original)
    form = client.get(address_of(photo)).context["adminform"].form
    assert set(form.fields) == {"title", "caption", "description", "taken_at", "rating", "favorite", "archived"}


def test_stages_are_shown_and_cannot_be_changed(client: Client, photo: Photo) -> None:
    page = client.get(address_of(photo)).content.decode()

    save(client, photo, **{"stages-0-status": "failed", "stages-0-attempts": "7"})

    assert all(name in page for name in Stage.Name.values)
    assert set(Stage.objects.values_list("status", "attempts")) == {("done", 1)}


def test_a_rating_beyond_five_is_refused_with_words(client: Client, photo: Photo) -> None:
    response = client.post(address_of(photo), form_of(client, photo) | {"rating": "6"})

    assert response.status_code == 200
    assert response.context["errors"]
    assert Photo.objects.get().rating is None


def test_the_page_does_not_fail_where_the_bytes_are_gone(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    storage.discard(photo.original)

    page = client.get(address_of(photo))
    picture = re.search(r'<img src="(/admin[^"]+)"', page.content.decode())

    assert picture
    assert client.get(picture[1]).status_code == 404
