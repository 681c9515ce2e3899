from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.test import Client, RequestFactory

from cloudzy.wsgi import application
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import BOUNDARY, part, problem_of

# Django looks after its connection at the start of each request.
pytestmark = pytest.mark.django_db

UNREADABLES = [
    "text/plain; charset=hex",
    "text/plain; charset=idna",
    "text/plain; charset=unicode_escape",
    "text/plain; charset=utf-16",
    "text/plain; charset=latin-1",
    "text/plain; charset=nope",
    "text/plain; charset=",
    "text/plain; charset=\x00",
    "multipart/form-data; boundary*=nope''x",
]


@dataclass(frozen=True)
class Answer:
    status: str
    content_type: str
    body: bytes


def ask(path: str, content_type: str, accept: str = "*/*") -> Answer:
    """Ask the application that gunicorn is given: Django's client would fail before the request is sent."""
    answered: list[Any] = []
    environ = RequestFactory().get(path, headers={"Host": "localhost", "Accept": accept}).environ
    environ["CONTENT_TYPE"] = content_type
    body = b"".join(application(environ, lambda *head: answered.extend(head)))
    return Answer(answered[0], dict(answered[1])["Content-Type"], body)


@pytest.mark.parametrize("content_type", UNREADABLES)
@pytest.mark.parametrize("path", ["/photos?limit=%31", "/search?q=%5Cud800", "/gallery/search/?q=%5Cud800%41"])
def test_another_charset_than_utf_8_is_refused(path: str, content_type: str) -> None:
    answer = ask(path, content_type)

    assert (answer.status, answer.content_type) == ("400 Bad Request", "application/problem+json")
    assert json.loads(answer.body)["type"] == "/problems/bad_request"


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/plain; charset=UTF-8", 'text/plain; charset="utf8"', "nonsense"]
)
def test_utf_8_is_read(content_type: str) -> None:
    assert ask("/redoc.js", content_type).status == "200 OK"


def test_a_browser_is_told_so_by_a_page() -> None:
    answer = ask("/gallery/search/?q=%41", "text/plain; charset=hex", accept="text/html")

    assert (answer.status, answer.content_type) == ("400 Bad Request", "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/upload", "/photo/1/analyze"])
def test_a_body_of_unknown_length_is_refused_and_not_read_as_empty(client: Client, path: str) -> None:
    request = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}

    response = client.post(path, part(jpeg()), content_type=f"multipart/form-data; boundary={BOUNDARY}", **request)  # type: ignore[arg-type]

    assert problem_of(response) == (411, "length_required")


@pytest.mark.django_db
def test_a_field_of_megabytes_is_too_large_and_says_so_to_people(client: Client) -> None:
    response = client.post("/upload", {"file": "x" * 3_000_000})

    assert problem_of(response) == (413, "content_too_large")
    assert "settings" not in response.json()["detail"]


def test_half_a_surrogate_pair_in_json_is_refused_wherever_it_stands(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo()
    bodies = [r'{"stages": ["\ud800"]}', r'{"\ud800": 1}', r'"\ud800"', r'[{"a": ["\udfff"]}]']

    answers = [client.post(f"/photo/{photo.pk}/analyze", body, content_type="application/json") for body in bodies]

    assert [problem_of(answer) for answer in answers] == [(400, "bad_request")] * 4


def test_a_whole_surrogate_pair_is_a_character(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    client.patch(f"/photo/{photo.pk}", r'{"title": "\ud83d\ude00"}', content_type="application/json")

    photo.refresh_from_db()
    assert photo.title == "\N{GRINNING FACE}"


class Counting(BytesIO):
    """A body that knows how much of it was asked for."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/jpeg", "text/plain", ""])
@pytest.mark.parametrize("path", ["/upload", "/uploads", "/hashes", "/searches", "/gallery/upload/"])
def test_a_raw_body_is_not_taken_into_memory(client: Client, path: str, content_type: str) -> None:
    body = Counting(bytes(20 * 2**20))
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(20 * 2**20), "wsgi.input": body, "CONTENT_TYPE": content_type}

    response = client.generic("POST", path, b"-", headers={"Accept": "application/json"}, **sent)

    assert 400 <= response.status_code < 500
    assert body.taken <= 3 * 2**20


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_that_is_read_whole_is_bounded(client: Client, content_type: str) -> None:
    body = Counting(b"x" * (20 * 2**20))
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(20 * 2**20), "wsgi.input": body}

    response = client.generic("POST", "/hashes", b"-", content_type, **sent)

    assert 400 <= response.status_code < 500
    assert body.taken <= 3 * 2**20
