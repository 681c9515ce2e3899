from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from photos.models import Photo, PhotoTag, Stage
from photos.tests.factories import make_user
from photos.tests.requesting import files_below, post_photo, problem_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_deleting_for_good_leaves_neither_row_nor_bytes(client: Client, media: Path) -> None:
    pk = post_photo(client).json()["id"]

    response = client.delete(f"/photo/{pk}?permanent=true")

    assert response.status_code == 204
    assert files_below(media) == []
    assert not (Photo.objects.exists() or PhotoTag.objects.exists() or Stage.objects.exists())


def test_a_photo_of_the_trash_can_be_deleted_for_good_and_only_once(client: Client, media: Path) -> None:
    pk = post_photo(client).json()["id"]
    client.delete(f"/photo/{pk}")

    first, second = (client.delete(f"/photo/{pk}?permanent=true") for _ in range(2))

    assert first.status_code == 204
    assert problem_of(second) == (404, "not_found")
    assert files_below(media) == []


def test_after_that_the_same_bytes_are_a_new_photo(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    client.delete(f"/photo/{pk}?permanent=true")

    response = post_photo(client)

    assert response.status_code == 201


@pytest.mark.parametrize("query", ["permanent=perhaps", "forever=true"])
def test_a_wrong_parameter_deletes_nothing(client: Client, make_photo: Callable[..., Photo], query: str) -> None:
    photo = make_photo()

    response = client.delete(f"/photo/{photo.pk}?{query}")

    assert problem_of(response) == (400, "bad_request")
    assert Photo.objects.get().trashed_at is None


def test_the_trash_of_another_person_is_out_of_reach(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(owner=make_user("berta"), trashed=True)

    response = client.delete(f"/photo/{photo.pk}?permanent=true")

    assert problem_of(response) == (404, "not_found")
    assert Photo.objects.filter(pk=photo.pk).exists()
