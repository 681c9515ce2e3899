from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from photos.models import Photo, PhotoTag, Tag
from photos.models.tag import MAX_TAGS
from photos.tests.factories import at, make_user
from photos.tests.requesting import post_photo, queries_of, read, reads_vectors

pytestmark = pytest.mark.django_db

LIST = "/admin/photos/photo/"


def act(client: Client, action: str, photos: Iterable[Photo], query: str = "", **fields: Any) -> Any:
    """Run an action as the admin's form does: from the list as it is filtered just now."""
    selected = {"action": action, "_selected_action": [photo.pk for photo in photos]}
    response = client.post(f"{LIST}{query}", selected | fields, follow=True)
    assert response.status_code == 200
    return response


def shown(client: Client, query: str = "") -> set[int]:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200, response.headers
    return {photo.pk for photo in response.context["cl"].result_list}


def test_the_list_shows_each_photo_with_a_thumbnail(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(title="Boat", tags=["sea"], owner=make_user("berta"))

    page = client.get(LIST).content.decode()

    source = reverse("admin:photos_photo_thumbnail", args=[photo.pk, 512])
    assert f'<img src="{source}"' in page
    assert "Boat" in page
    assert "sea" in page
    assert read(client.get(source)).startswith(b"RIFF")


def test_one_photo_or_thirty_take_the_same_queries_and_no_vectors(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    make_photo(tags=["sea"])
    one = queries_of(client, LIST)
    for _ in range(29):
        make_photo(tags=["sea", "boat"])

    thirty = queries_of(client, LIST)

    assert len(one) == len(thirty)
    assert not any(map(reads_vectors, thirty))


def test_the_trash_is_a_list_of_its_own(client: Client, make_photo: Callable[..., Photo]) -> None:
    kept, trashed = make_photo(), make_photo(trashed=True)

    assert shown(client) == {kept.pk}
    assert shown(client, "?trash=only") == {trashed.pk}
    assert shown(client, "?trash=with") == {kept.pk, trashed.pk}


def test_a_photo_is_found_by_its_words_and_tags(client: Client, make_photo: Callable[..., Photo]) -> None:
    boat = make_photo(caption="An old boat.")
    sea = make_photo(tags=["sea", "seaside"])

    assert shown(client, "?q=boat") == {boat.pk}
    assert shown(client, "?q=sea") == {sea.pk}


def test_every_filter_narrows_the_list(client: Client, make_photo: Callable[..., Photo]) -> None:
    wanted = make_photo(
        status="failed",
        tags=["sea"],
        embedding=np.ones(4),
        model="m@1-4d",
        taken_at=at("2019-03-21 11:04"),
        favorite=True,
    )
    make_photo(owner=make_user("berta"), archived=True)
    tag = Tag.objects.get(name="sea")
    queries = [
        "status__exact=failed",
        f"tag={tag.pk}",
        "model=m%401-4d",
        "taken_at__year=2019",
        "taken_at__year=2019&taken_at__month=3&taken_at__day=21",
        f"owner__id__exact={wanted.owner_id}",
        "archived__exact=0",
        "favorite__exact=1",
    ]

    assert [shown(client, f"?{query}") for query in queries] == [{wanted.pk}] * len(queries)


@pytest.mark.parametrize("number", ["x", "²", "9" * 18, "9" * 22, "9" * 5000, "-1"])
def test_a_tag_that_is_none_is_no_fault(client: Client, make_photo: Callable[..., Photo], number: str) -> None:
    make_photo(tags=["sea"])  # without any tag there is no filter

    assert client.get(f"{LIST}?tag={number}").status_code == 200


def test_a_rejected_tag_is_not_filtered_by(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])
    make_photo(tags=["sea"]).set_tags([])

    assert shown(client, f"?tag={Tag.objects.get().pk}") == {photo.pk}


def test_tags_are_added_and_removed_in_bulk(client: Client, make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo(tags=["sea"]), make_photo()]

    act(client, "add_tags", photos, tags="Boat, harbour,")
    act(client, "remove_tags", photos, tags="sea")

    assert [sorted(photo.tag_names) for photo in photos] == [["boat", "harbour"]] * 2
    assert PhotoTag.objects.get(tag__name="sea").rejected
    assert {photo.caption for photo in Photo.objects.all()} == {"A photo tagged “boat” and “harbour”."}


def test_retagging_without_tags_says_what_to_do(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["sea"])

    page = act(client, "remove_tags", [photo], tags=" , ")

    assert b"Write the tags beside the action" in page.content
    assert photo.tag_names == ["sea"]


def test_a_photo_full_of_tags_does_not_hold_up_the_others(client: Client, make_photo: Callable[..., Photo]) -> None:
    full, other = make_photo(tags=[f"word {number}" for number in range(MAX_TAGS)]), make_photo()

    page = act(client, "add_tags", [full, other], tags="boat").content.decode()

    assert "1 photos retagged." in page
    assert "1 photos left as they were. A photo has at most 200 tags." in page
    assert ("boat" in full.tag_names, other.tag_names) == (False, ["boat"])


def test_archive_trash_and_back_in_bulk(client: Client, make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo() for _ in range(2)]

    act(client, "archive", photos)
    assert Photo.objects.archived().count() == 2
    act(client, "unarchive", photos)
    assert Photo.objects.listed().count() == 2
    act(client, "move_to_trash", photos)
    assert Photo.objects.filter(trashed_at=None).count() == 0
    act(client, "restore", photos, "?trash=only")
    assert Photo.objects.filter(trashed_at=None).count() == 2


def test_an_action_on_the_whole_trash_leaves_the_others_alone(client: Client, make_photo: Callable[..., Photo]) -> None:
    kept, trashed = make_photo(), make_photo(trashed=True)

    act(client, "archive", [trashed], "?trash=only", select_across="1")

    kept.refresh_from_db()
    trashed.refresh_from_db()
    assert (kept.archived, trashed.archived) == (False, True)


def test_photos_are_analysed_again_in_bulk(client: Client) -> None:
    post_photo(client)
    Photo.objects.update(caption="", status="failed")

    page = act(client, "analyse_again", Photo.objects.all())

    photo = Photo.objects.get()
    assert (photo.caption, photo.status) == ("A red.", "ready")
    assert b"analysed" in page.content


def test_there_is_no_deleting_past_the_trash(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    page = client.get(LIST).content

    assert b"delete_selected" not in page
    assert client.get(f"{LIST}{photo.pk}/delete/").status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_tags_are_counted_where_they_show(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(tags=["sea"])
    make_photo(tags=["sea"]).set_tags([])
    make_photo(tags=["sea"], trashed=True)

    page = client.get("/admin/photos/tag/").content.decode()

    assert '<td class="field-photos_with_it">1</td>' in page


@pytest.mark.parametrize(("name", "words"), [("ZEBRA", "already exists"), ("\u200b", "at least one visible character")])
def test_a_tag_needs_a_name_of_its_own(client: Client, name: str, words: str) -> None:
    client.post("/admin/photos/tag/add/", {"name": "Zebra"})

    refused = client.post("/admin/photos/tag/add/", {"name": name})

    assert refused.status_code == 200
    assert words in refused.content.decode()
    assert [tag.name for tag in Tag.objects.all()] == ["zebra"]


def test_a_stranger_is_sent_to_the_sign_in(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    Photo.objects.get().owner.__class__.objects.update(is_staff=False)

    answers = [client.get(address) for address in (LIST, f"{LIST}{photo.pk}/thumbnail/512/")]

    assert [answer.status_code for answer in answers] == [302, 302]
