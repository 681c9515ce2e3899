"""One photo in the admin: what can be changed there, and that it means the same as everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from ai.vocabulary import TagScore
from photos import storage
from photos.models import Photo, PhotoTag, Stage, Tag
from photos.models.tag import MAX_TAGS
from photos.tests.filled_form import filled_form
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(client: Client) -> Photo:
    """A photo that the fake encoder has tagged `red`."""
    return Photo.objects.get(pk=post_photo(client).json()["id"])


def address_of(photo: Photo) -> str:
    return f"/admin/photos/photo/{photo.pk}/change/"


def form_of(client: Client, photo: Photo) -> dict[str, str]:
    return filled_form(client.get(address_of(photo)).content.decode(), "photo_form")


def send(client: Client, photo: Photo, form: dict[str, str], **changes: str) -> Photo:
    """Send a form with some fields changed; return the photo as it is then."""
    response = client.post(address_of(photo), form | changes)
    assert response.status_code == 302, response.context["errors"]
    return Photo.objects.get(pk=photo.pk)


def save(client: Client, photo: Photo, **changes: str) -> Photo:
    return send(client, photo, form_of(client, photo), **changes)


def test_what_a_person_writes_is_theirs_for_ever(client: Client, photo: Photo) -> None:
    saved = save(client, photo, title="Boat", caption="Mine.", rating="4", favorite="on")

    assert (saved.title, saved.caption, saved.rating, saved.favorite) == ("Boat", "Mine.", 4, True)
    assert saved.edited == ["caption", "rating", "title"]


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


def test_a_form_opened_before_others_changed_things_takes_nothing_back(client: Client, photo: Photo) -> None:
    stale = form_of(client, photo)
    photo.set_machine_tags([TagScore("red", 0.9), TagScore("boat", 0.8)], "other@1-32d")
    Photo.objects.update(caption="A red boat.", favorite=True)

    saved = send(client, photo, stale, title="Mine")

    assert (saved.title, saved.caption, saved.favorite) == ("Mine", "A red boat.", True)
    assert saved.edited == ["title"]


def test_a_row_changed_in_an_old_form_changes_no_other_word(client: Client, photo: Photo) -> None:
    photo.add_tags(["sea"])
    stale = form_of(client, photo)
    photo.add_tags(["boat"])
    photo.remove_tags(["sea"])
    rows = {stale[f"photo_tags-{n}-id"]: f"photo_tags-{n}-rejected" for n in range(2)}
    red = rows[str(PhotoTag.objects.get(tag__name="red").pk)]

    saved = send(client, photo, stale, **{red: "on"})

    assert saved.tag_names == ["boat"]


def test_a_word_that_stands_there_is_not_turned_into_another(client: Client, photo: Photo) -> None:
    boat = Tag.objects.create(name="boat")

    saved = save(client, photo, **{"photo_tags-0-tag": str(boat.pk), "photo_tags-0-rejected": "on"})

    assert saved.tag_names == []
    assert PhotoTag.objects.get().tag.name == "red"


def test_single_words_set_here_leave_the_rest_of_the_list_to_the_machine(client: Client, photo: Photo) -> None:
    save(client, photo, **{"photo_tags-0-rejected": "on"})

    photo.set_machine_tags([TagScore("red", 0.9), TagScore("boat", 0.8)], "other@1-32d")

    assert photo.tag_names == ["boat"]


def test_one_tag_too_many_is_refused_with_words(client: Client, photo: Photo) -> None:
    photo.add_tags(f"word {number}" for number in range(MAX_TAGS - 1))
    form = form_of(client, photo)

    response = client.post(
        address_of(photo), form | {f"photo_tags-{MAX_TAGS}-tag": str(Tag.objects.create(name="x").pk)}
    )

    assert response.status_code == 200
    assert "A photo has at most 200 tags." in response.content.decode()
    assert len(photo.tag_names) == MAX_TAGS
