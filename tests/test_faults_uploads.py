"""Faults 1 to 14 of an upload: each ends in its problem, and nothing is kept."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from photos.models import Photo
from photos.tests.pictures import encoded, gif, jpeg, noise, png, png_claiming, truncated
from photos.tests.requesting import BOUNDARY, files_below, part, post_multipart, post_photo, problem_of

pytestmark = pytest.mark.django_db


def assert_nothing_is_kept(media: Path) -> None:
    assert not Photo.objects.exists()
    assert files_below(media) == []


def test_1_an_empty_file(client: Client, media: Path) -> None:
    response = post_photo(client, b"")

    assert problem_of(response) == (400, "empty_file")
    assert_nothing_is_kept(media)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"just words", "a text file"),
        (b"<!doctype html><html><script>alert(1)</script>", "an HTML page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript (EPS) document"),
    ],
)
def test_2_another_kind_of_file_named_as_a_photo(client: Client, media: Path, data: bytes, kind: str) -> None:
    response = post_photo(client, data, "photo.jpg")

    assert problem_of(response) == (415, "unsupported_type")
    assert kind in response.json()["detail"]
    assert_nothing_is_kept(media)


def test_3_a_photo_cut_short(client: Client, media: Path) -> None:
    response = post_photo(client, truncated(encoded(noise(), "JPEG"), 0.9))

    assert problem_of(response) == (422, "truncated_image")
    assert_nothing_is_kept(media)


@pytest.mark.parametrize("side", [20_000, 12_000], ids=["4", "5"])
def test_4_and_5_too_many_pixels_are_refused_before_they_are_decoded(client: Client, media: Path, side: int) -> None:
    response = post_photo(client, png_claiming(side, side))

    # There are no such pixels in the file: whoever decodes first calls it cut short.
    assert problem_of(response) == (422, "too_many_pixels")
    assert "100 megapixels" in response.json()["detail"]
    assert_nothing_is_kept(media)


def test_6_an_animation_of_300_frames_is_its_first(client: Client) -> None:
    response = post_photo(client, gif(frames=300), "moving.gif")

    assert response.status_code == 201
    assert response.json()["status"] == "ready"
    assert (Photo.objects.get().width, Photo.objects.get().height) == (60, 40)


@pytest.mark.parametrize("megabytes", [2, 30])
def test_7_a_file_over_the_limit(client: Client, media: Path, settings: Settings, megabytes: int) -> None:
    settings.CLOUDZY_MAX_UPLOAD_MB = 1

    response = post_photo(client, jpeg() + bytes(megabytes * 2**20))

    assert problem_of(response) == (413, "file_too_large")
    assert "1 MB" in response.json()["detail"]
    assert_nothing_is_kept(media)


@pytest.mark.parametrize("count", [2, 101])
def test_8_many_files_in_one_request(client: Client, media: Path, count: int) -> None:
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(count)]

    response = client.post("/upload", {"file": files})

    assert problem_of(response) == (400, "too_many_files")
    assert_nothing_is_kept(media)


def test_9_a_body_cut_short_whose_length_is_true(client: Client, media: Path) -> None:
    response = post_multipart(client, part(jpeg())[:-80])

    assert problem_of(response) == (400, "no_file")
    assert_nothing_is_kept(media)


@pytest.mark.parametrize(
    "body",
    [b"", b"no parts at all", part(jpeg()).replace(BOUNDARY.encode(), b"another")],
    ids=["empty", "none", "wrong"],
)
def test_10_a_body_without_its_boundary(client: Client, media: Path, body: bytes) -> None:
    response = post_multipart(client, body)

    assert problem_of(response) == (400, "no_file")
    assert_nothing_is_kept(media)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff"]
)
def test_10_a_header_without_a_boundary(client: Client, media: Path, content_type: str) -> None:
    response = client.post("/upload", part(jpeg()), content_type=content_type)

    assert problem_of(response)[0] == 400
    assert_nothing_is_kept(media)


class Vanishing(BytesIO):
    """A body whose client goes away where its bytes end."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError("connection reset by peer")
        return data


def test_11_a_client_that_vanishes_and_comes_back(client: Client, media: Path) -> None:
    body = part(encoded(noise((1000, 1000)), "PNG"))
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": Vanishing(body[: len(body) // 2])}
    content_type = f"multipart/form-data; boundary={BOUNDARY}"

    response = client.generic("POST", "/upload", b"-", content_type=content_type, **sent)

    assert response.status_code == 400
    assert_nothing_is_kept(media)
    assert post_multipart(client, body).status_code == 201


@pytest.mark.parametrize("checksum", ["0" * 64, "not a checksum", "é"])
def test_12_other_bytes_than_were_announced(client: Client, media: Path, checksum: str) -> None:
    response = post_photo(client, png(), headers={"X-Content-SHA256": checksum})

    assert problem_of(response) == (422, "checksum_mismatch")
    assert_nothing_is_kept(media)


def test_13_and_14_the_same_bytes_twice_are_one_photo_of_one_owner_only(
    client: Client, server_mode: Settings, django_user_model: Any
) -> None:
    assert server_mode
    anna, berta = (django_user_model.objects.create_user(name) for name in ("anna", "berta"))

    client.force_login(anna)
    first, again = post_photo(client), post_photo(client)
    client.force_login(berta)
    hers = post_photo(client)

    assert (first.status_code, again.status_code, hers.status_code) == (201, 200, 201)
    assert again.json()["id"] == first.json()["id"]
    assert "duplicate" not in hers.json()
    assert [photo.owner for photo in Photo.objects.order_by("pk")] == [anna, berta]


def test_who_is_not_signed_in_writes_nothing(client: Client, server_mode: Settings, media: Path) -> None:
    assert server_mode

    response = client.post("/accounts/sign-in/", {"file": SimpleUploadedFile("a.jpg", jpeg()), "username": "anna"})

    assert response.status_code == 200
    assert not (media / ".incoming").exists()


def test_who_is_known_by_name_and_password_may(client: Client, server_mode: Settings, django_user_model: Any) -> None:
    assert server_mode
    django_user_model.objects.create_user("anna", password="a good long password")
    credentials = base64.b64encode(b"anna:a good long password").decode()

    response = post_photo(client, headers={"Authorization": f"Basic {credentials}"})

    assert response.status_code == 201
