"""Faults 43 and 46: what clients send that makes no sense."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from photos.models import Photo
from photos.tests.requesting import patch, post, problem_of

pytestmark = pytest.mark.django_db

REFUSED = [(400, "bad_query")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "x" * 10_000,
        "a\0b",
        "\0",
        "🏔️",
        "הר",
        "'; DROP TABLE photo; --",
        "%00",
        "\ud800",
        "‮",
        "*",
        '"',
        "a" * 200,
    ],
)
def test_43_a_query_of_any_kind_is_answered_or_refused(
    client: Client, make_photo: Callable[..., Photo], text: str
) -> None:
    make_photo(caption="A mountain.")

    response = client.get("/search", {"q": text.encode("utf-8", "surrogatepass")})

    assert response.status_code == 200 or problem_of(response) in REFUSED
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("raw", ["%ff%fe", "%00", "%ed%a0%80", "+", "%"])
def test_43_a_query_of_any_bytes_too(client: Client, raw: str) -> None:
    response = client.get(f"/search?q={raw}")

    assert response.status_code == 200 or problem_of(response) in REFUSED


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"title": }',
        "\xff\xfe".encode("latin-1"),
        '{"title": NaN}',
        '{"rating": Infinity}',
        '{"location": {"latitude": 1e999, "longitude": 0}}',
        '{"location": {"latitude": ' + "9" * 400 + ', "longitude": 0}}',
        '{"rating": ' + "9" * 5_000 + "}",
        '{"title": "a", "title": "b"}',
        '{"\\ud800": 1}',
        '{"title": "\\ud800"}',
        "[" * 1_000_000,
        '{"title":' * 100_000,
        '{"title": "' + "x" * 1_000_001 + '"}',
    ],
    ids=range(14),
)
def test_46_json_that_is_none_is_refused(client: Client, make_photo: Callable[..., Photo], body: str | bytes) -> None:
    photo = make_photo(title="Boat")

    response = client.patch(f"/photo/{photo.pk}", body, content_type="application/json")

    assert problem_of(response) == (400, "bad_request")
    photo.refresh_from_db()
    assert photo.title == "Boat"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"]
)
def test_46_another_content_type_is_refused(
    client: Client, make_photo: Callable[..., Photo], content_type: str
) -> None:
    response = client.patch(f"/photo/{make_photo().pk}", '{"title": "x"}', content_type=content_type)

    assert problem_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", ["{", "[]", '{"stages": [[]]}', '{"stages": {}}', '{"stages": null}', '{"stage": []}'])
def test_46_a_wrong_body_where_one_is_optional(client: Client, make_photo: Callable[..., Photo], body: str) -> None:
    response = post(client, f"/photo/{make_photo().pk}/analyze", body)

    assert problem_of(response) == (400, "bad_request")


@pytest.mark.parametrize("accept", ["application/xml", "image/png", "nonsense"])
def test_what_a_client_takes_nothing_of_is_said_in_json(client: Client, accept: str) -> None:
    response = client.get("/photos", headers={"Accept": accept})

    assert problem_of(response) == (406, "not_acceptable")


def test_half_a_pair_of_surrogates_is_no_tag(client: Client, make_photo: Callable[..., Photo]) -> None:
    response = patch(client, f"/photo/{make_photo().pk}", '{"tags": ["\\udfff"]}')

    assert problem_of(response) == (400, "bad_request")
