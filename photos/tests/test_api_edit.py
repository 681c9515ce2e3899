from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from photos.models import Photo, PhotoTag
from photos.tests.requesting import patch, post, post_photo, problem_of

pytestmark = pytest.mark.django_db


def test_every_field_a_person_may_set_is_set_and_answered(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    changes = {
        "tags": ["Boat ", "sea"],
        "caption": "The old boat.",
        "title": "Boat",
        "description": "Two\nlines",
        "taken_at": "2019-03-21T11:04:22+01:00",
        "location": {"latitude": 41.5, "longitude": -96.5, "altitude": 351.0},
        "rating": 4,
        "favorite": True,
        "archived": True,
    }

    response = patch(client, f"/photo/{photo.pk}", changes)

    assert response.status_code == 200
    expected = changes | {"tags": ["boat", "sea"], "taken_at_source": "human"}
    assert {key: response.json()[key] for key in expected} == expected
    assert client.get(f"/photo/{photo.pk}").json() == response.json()


def test_a_key_that_is_absent_leaves_its_field_alone(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(title="Boat", caption="The old boat.", tags=["boat"], rating=3)

    answer = patch(client, f"/photo/{photo.pk}", {"rating": 5}).json()

    assert (answer["title"], answer["caption"], answer["tags"]) == ("Boat", "The old boat.", ["boat"])


@pytest.mark.parametrize(
    ("name", "cleared"),
    [
        ("tags", []),
        ("caption", ""),
        ("title", ""),
        ("description", ""),
        ("location", None),
        ("rating", None),
        ("favorite", False),
        ("archived", False),
    ],
)
def test_null_clears(client: Client, make_photo: Callable[..., Photo], name: str, cleared: Any) -> None:
    photo = make_photo(
        title="Boat", caption="c", description="d", latitude=1, longitude=2, altitude=3, rating=3, tags=["boat"],
        favorite=True, archived=True,
    )  # fmt: skip

    answer = patch(client, f"/photo/{photo.pk}", {name: None}).json()

    assert answer[name] == cleared


def test_a_cleared_date_is_that_of_the_upload(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    patch(client, f"/photo/{photo.pk}", {"taken_at": "2019-03-21T11:04:22"})

    answer = patch(client, f"/photo/{photo.pk}", {"taken_at": None}).json()

    assert answer["taken_at_source"] == "upload"
    assert answer["taken_at"][:19] == answer["created_at"][:19]


def test_a_place_without_a_height_forgets_the_old_one(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(latitude=1, longitude=2, altitude=3)

    answer = patch(client, f"/photo/{photo.pk}", {"location": {"latitude": 4, "longitude": 5}}).json()

    assert answer["location"] == {"latitude": 4.0, "longitude": 5.0, "altitude": None}


def test_tags_are_the_whole_list_and_what_is_left_out_never_comes_back(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    patch(client, f"/photo/{pk}", {"tags": ["boat"]})

    again = post(client, f"/photo/{pk}/analyze", {"stages": ["embedding"]}).json()

    assert again["tags"] == ["boat"]
    assert again["caption"] == "A photo tagged “boat”."
    assert PhotoTag.objects.get(tag__name="red").rejected


def test_an_empty_list_rejects_every_tag_for_good(client: Client) -> None:
    pk = post_photo(client).json()["id"]

    now = patch(client, f"/photo/{pk}", {"tags": []}).json()

    assert (now["tags"], now["caption"]) == ([], "")
    assert post(client, f"/photo/{pk}/analyze", {"stages": ["embedding"]}).json()["tags"] == []


@pytest.mark.parametrize("tags", [[], ["mine"]])
def test_a_list_set_before_the_analysis_is_the_whole_list_after_it(
    client: Client, settings: Settings, no_encoder: object, tags: list[str]
) -> None:
    assert no_encoder
    pk = post_photo(client).json()["id"]
    patch(client, f"/photo/{pk}", {"tags": tags})
    settings.CLOUDZY_ENCODER = "fake"

    analysed = post(client, f"/photo/{pk}/analyze").json()

    assert (analysed["status"], analysed["tags"]) == ("ready", tags)


def test_a_rejected_tag_can_be_said_again_by_a_person(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    patch(client, f"/photo/{pk}", {"tags": []})

    answer = patch(client, f"/photo/{pk}", {"tags": ["red"]}).json()

    assert answer["tags"] == ["red"]
    assert PhotoTag.objects.get().source == PhotoTag.Source.HUMAN


def test_words_of_a_person_survive_every_later_analysis(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    said = {"caption": "Mine.", "title": "My title", "description": "", "taken_at": "2001-01-01T00:00:00"}
    patch(client, f"/photo/{pk}", said)
    stages = ["metadata", "thumbnails", "embedding", "caption"]

    answer = post(client, f"/photo/{pk}/analyze", {"stages": stages}).json()

    assert {key: answer[key] for key in said} == said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"id": 7}, "id"),
        ({"tags": "boat"}, "tags"),
        ({"tags": ["\u200b \t"]}, "tags"),
        ({"tags": ["x" * 65]}, "tags.0"),
        ({"tags": ["x"] * 201}, "tags"),
        ({"tags": [{}]}, "tags.0"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"taken_at": "yesterday"}, "taken_at"),
        ({"taken_at": "2019-02-30T11:04:22"}, "taken_at"),
        ({"taken_at": "0000-00-00T00:00:00"}, "taken_at"),
        ({"taken_at": 7}, "taken_at"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"location": {"latitude": 1}}, "location.longitude"),
        ({"location": {"latitude": 1, "longitude": 1, "name": "x"}}, "location.name"),
        ({"location": [1, 2]}, "location"),
        ({"rating": 6}, "rating"),
        ({"rating": "many"}, "rating"),
        ({"favorite": "perhaps"}, "favorite"),
        ({"archived": []}, "archived"),
        ({"archived": 0}, "archived"),
        ({"favorite": "true"}, "favorite"),
        ({"rating": "4"}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"description": 7}, "description"),
        ({"tags": [7]}, "tags.0"),
        ({"location": {"latitude": "1", "longitude": 1}}, "location.latitude"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_nothing_is_changed(
    client: Client, make_photo: Callable[..., Photo], changes: dict[str, Any], field: str
) -> None:
    photo = make_photo(title="Boat")

    response = patch(client, f"/photo/{photo.pk}", {"title": "New"} | changes)

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == [field]
    photo.refresh_from_db()
    assert photo.title == "Boat"


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
def test_a_body_that_is_no_object_is_refused(client: Client, make_photo: Callable[..., Photo], body: str) -> None:
    response = patch(client, f"/photo/{make_photo().pk}", body)

    assert problem_of(response) == (400, "bad_request")


def test_writing_that_turns_or_hides_itself_is_taken_out(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    said = {"title": "\u202eevil\n", "caption": "a\u2066b\u200b", "description": "one\x1b\r\ntwo\u202d"}

    answer = patch(client, f"/photo/{photo.pk}", said).json()

    assert {name: answer[name] for name in said} == {"title": "evil", "caption": "ab", "description": "one\ntwo"}
    photo.refresh_from_db()
    assert photo.title == "evil"


def test_an_empty_body_changes_nothing(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(title="Boat")

    response = patch(client, f"/photo/{photo.pk}", {})

    assert response.json()["title"] == "Boat"
    photo.refresh_from_db()
    assert photo.edited == []


def test_delete_moves_to_the_trash_where_nothing_else_finds_it(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo()
    address = f"/photo/{photo.pk}"

    response = client.delete(address)

    assert (response.status_code, response.content) == (204, b"")
    answers = [
        client.get(address),
        patch(client, address, {"title": "x"}),
        client.delete(address),
        post(client, f"{address}/analyze"),
        client.get(f"{address}/file"),
        client.get(f"{address}/thumbnail"),
    ]
    assert {problem_of(answer) for answer in answers} == {(404, "not_found")}


def test_restore_brings_it_back_once(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(trashed=True)

    response = post(client, f"/photo/{photo.pk}/restore")

    assert (response.status_code, response.json()["id"]) == (200, photo.pk)
    assert client.get(f"/photo/{photo.pk}").status_code == 200
    assert problem_of(post(client, f"/photo/{photo.pk}/restore")) == (404, "not_found")
