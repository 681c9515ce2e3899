from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from photos import storage
from photos.models import Photo
from photos.tests.pictures import png
from photos.tests.requesting import post_photo, problem_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def original(client: Client) -> tuple[str, bytes]:
    """Return where the file of a photo is found, and its bytes."""
    data = png(colour="navy", size=(120, 90))
    pk = post_photo(client, data, "my “boat”.png").json()["id"]
    return f"/photo/{pk}/file", data


def ranged(client: Client, address: str, asked: str, **headers: str) -> Any:
    return client.get(address, headers={"Range": asked, **headers})


def etag_of(client: Client, address: str) -> str:
    response = client.head(address)
    read(response)
    return str(response["ETag"])


def test_the_original_comes_byte_for_byte_as_a_download(client: Client, original: tuple[str, bytes]) -> None:
    address, data = original

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(len(data))
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert response["Accept-Ranges"] == "bytes"
    assert read(response) == data


def test_a_slash_at_the_end_changes_nothing(client: Client, original: tuple[str, bytes]) -> None:
    address, data = original

    assert read(client.get(f"{address}/")) == data


def test_head_tells_the_same_and_sends_nothing(client: Client, original: tuple[str, bytes]) -> None:
    address, data = original

    response = client.head(address, headers={"Range": "bytes=0-1"})

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(data))
    assert read(response) == b""


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=2-5", 2, 6), ("bytes=10-", 10, None), ("bytes=-7", -7, None)],
)
def test_a_range_is_answered_with_its_bytes(
    client: Client, original: tuple[str, bytes], asked: str, start: int, stop: int | None
) -> None:
    address, data = original

    response = ranged(client, address, asked)

    assert response.status_code == 206
    assert read(response) == data[start:stop]
    assert response["Content-Length"] == str(len(data[start:stop]))
    first = start % len(data)
    last = first + len(data[start:stop]) - 1
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(data)}"


@pytest.mark.parametrize("asked", ["bytes=0-999999999", "bytes=-999999999"])
def test_a_range_that_reaches_past_the_end_is_all_there_is(
    client: Client, original: tuple[str, bytes], asked: str
) -> None:
    address, data = original

    response = ranged(client, address, asked)

    assert response.status_code == 206
    assert read(response) == data


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_a_range_past_the_end_is_refused_with_the_size(client: Client, original: tuple[str, bytes], asked: str) -> None:
    address, data = original

    response = ranged(client, address, asked)

    assert problem_of(response) == (416, "range_not_satisfiable")
    assert response["Content-Range"] == f"bytes */{len(data)}"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=-", f"bytes={'9' * 5000}-"])
def test_a_range_we_do_not_read_is_ignored(client: Client, original: tuple[str, bytes], asked: str) -> None:
    address, data = original

    response = ranged(client, address, asked)

    assert response.status_code == 200
    assert read(response) == data


def test_a_client_that_has_the_bytes_is_told_so(client: Client, original: tuple[str, bytes]) -> None:
    address, _ = original
    etag = etag_of(client, address)

    response = client.get(address, headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag


def test_a_broken_download_goes_on_only_with_the_same_file(client: Client, original: tuple[str, bytes]) -> None:
    address, data = original
    etag = etag_of(client, address)

    same = ranged(client, address, "bytes=5-", **{"If-Range": etag})
    other = ranged(client, address, "bytes=5-", **{"If-Range": '"another file"'})

    assert (same.status_code, read(same)) == (206, data[5:])
    assert (other.status_code, read(other)) == (200, data)


def test_an_image_element_may_ask_for_it(client: Client, original: tuple[str, bytes]) -> None:
    address, data = original

    response = client.get(address, headers={"Accept": "image/avif,image/webp"})

    assert read(response) == data


def test_a_row_whose_file_is_gone_is_told_as_such(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    storage.discard(photo.original)

    answers = [client.get(f"/photo/{photo.pk}/file"), client.get(f"/photo/{photo.pk}/thumbnail")]

    assert [problem_of(answer) for answer in answers] == [(404, "original_missing")] * 2
