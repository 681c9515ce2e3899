from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from photos.api.hashes import AT_ONCE
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.requesting import post, problem_of

pytestmark = pytest.mark.django_db


def test_ones_own_photos_are_known_by_their_hashes_those_in_the_trash_too(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    photo, trashed, hers = make_photo(), make_photo(trashed=True), make_photo(owner=make_user("berta"))
    asked = [photo.sha256.upper(), trashed.sha256, hers.sha256, "0" * 64]

    answer = post(client, "/hashes", {"sha256": asked})

    assert answer.json() == {
        "known": [
            {"sha256": photo.sha256, "id": photo.pk, "trashed": False},
            {"sha256": trashed.sha256, "id": trashed.pk, "trashed": True},
        ]
    }


def test_of_another_person_nothing_is_told(
    client: Client, make_photo: Callable[..., Photo], server_mode: Settings
) -> None:
    assert server_mode
    hers = make_photo(owner=make_user("berta"))
    client.force_login(make_user("anna"))

    assert post(client, "/hashes", {"sha256": [hers.sha256]}).json() == {"known": []}
    assert problem_of(post(Client(), "/hashes", {"sha256": [hers.sha256]})) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [{}, {"sha256": []}, {"sha256": ["x"]}, {"sha256": "0" * 64}, {"sha256": [7]}, {"sha256": ["0" * 64] * 1001}],
)
def test_what_is_no_list_of_hashes_is_refused(client: Client, body: Any) -> None:
    assert problem_of(post(client, "/hashes", body)) == (400, "bad_request")


def test_a_thousand_are_answered_by_two_queries(client: Client, make_photo: Callable[..., Photo]) -> None:
    hashes = [make_photo().sha256, *(f"{number:064x}" for number in range(AT_ONCE - 1))]
    post(client, "/hashes", {"sha256": hashes})

    with CaptureQueriesContext(connection) as captured:
        answer = post(client, "/hashes", {"sha256": hashes})

    assert len(answer.json()["known"]) == 1
    assert len([entry for entry in captured if '"photo"' in entry["sql"]]) == 2
