from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from photos.models import DateShift, Photo
from photos.tests.factories import at, make_user
from photos.tests.requesting import post, problem_of

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


def test_dates_are_moved_seen_and_moved_back(client: Client, make_photo: MakePhoto) -> None:
    photos = [make_photo(taken_at=at("2019-03-21 12:00")) for _ in range(2)]
    numbers = [photo.pk for photo in photos]

    made = post(client, "/date-shifts", {"photos": [*numbers, numbers[0]], "seconds": -3600})
    moved = client.get(f"/photo/{numbers[0]}").json()
    seen = client.get(f"/date-shifts/{made.json()['id']}")
    undone = post(client, f"/date-shifts/{made.json()['id']}/undo")

    assert (made.status_code, seen.status_code, undone.status_code) == (201, 200, 200)
    assert (made.json()["photos"], made.json()["seconds"], made.json()["undone_at"]) == (numbers, -3600, None)
    assert (moved["taken_at"], moved["taken_at_source"]) == ("2019-03-21T11:00:00", "human")
    assert seen.json() == made.json()
    assert undone.json()["undone_at"].endswith("Z")
    assert client.get(f"/photo/{numbers[0]}").json()["taken_at"] == "2019-03-21T12:00:00"
    assert problem_of(post(client, f"/date-shifts/{made.json()['id']}/undo")) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seconds": 1}, "photos"),
        ({"photos": [], "seconds": 1}, "photos"),
        ({"photos": [1] * 501, "seconds": 1}, "photos"),
        ({"photos": ["1"], "seconds": 1}, "photos.0"),
        ({"photos": [0], "seconds": 1}, "photos.0"),
        ({"photos": [1]}, "seconds"),
        ({"photos": [1], "seconds": 0}, "seconds"),
        ({"photos": [1], "seconds": "1"}, "seconds"),
        ({"photos": [1], "seconds": 10**12}, "seconds"),
        ({"photos": [1], "seconds": 1, "hours": 1}, "hours"),
    ],
)
def test_what_cannot_be_is_refused_by_name(client: Client, db: None, body: dict[str, Any], field: str) -> None:
    assert db is None

    answer = post(client, "/date-shifts", body)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_who_would_leave_time_is_named(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(taken_at=at("1830-01-01 00:00"), title="Oldest")

    answer = post(client, "/date-shifts", {"photos": [photo.pk], "seconds": -3_000_000_000})

    assert answer.status_code == 400
    assert "Oldest" in str(answer.json()["errors"]["seconds"])


def test_where_one_photo_is_not_ones_own_none_moves(client: Client, make_photo: MakePhoto) -> None:
    mine, hers = make_photo(taken_at=at("2019-03-21 12:00")), make_photo(owner=make_user("eve"))

    assert problem_of(post(client, "/date-shifts", {"photos": [mine.pk, hers.pk], "seconds": 60})) == (404, "not_found")
    assert Photo.objects.get(pk=mine.pk).taken_at == at("2019-03-21 12:00")


def test_the_shift_of_another_is_not_there(client: Client, make_photo: MakePhoto) -> None:
    eve = make_user("eve")
    shift = DateShift.objects.create(owner=eve, seconds=60, made_at=at("2024-05-01 12:00"))
    assert make_photo(owner=eve)

    assert problem_of(client.get(f"/date-shifts/{shift.pk}")) == (404, "not_found")
    assert problem_of(post(client, f"/date-shifts/{shift.pk}/undo")) == (404, "not_found")
    assert DateShift.objects.get().undone_at is None
