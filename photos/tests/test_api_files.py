from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.test import Client

from photos.models import Photo, PhotoFile
from photos.tests.factories import make_version
from photos.tests.requesting import post, post_photo, problem_of, queries_of
from photos.tests.test_versions import CAMERAS, EDITED, RAW

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def test_an_upload_that_joins_a_photo_says_so(client: Client) -> None:
    first = post_photo(client, CAMERAS, "IMG_1234.JPG").json()

    response = post_photo(client, RAW, "IMG_1234.DNG")

    answer = response.json()
    assert (response.status_code, answer["id"], answer["kept_as"]) == (201, first["id"], "raw")
    assert answer["message"] == f"Kept with the photo with ID {first['id']}"
    assert answer["filename"] == first["filename"]


def test_the_files_of_a_photo_are_listed_and_given_out_byte_for_byte(client: Client) -> None:
    number = post_photo(client, CAMERAS, "IMG_1234.JPG").json()["id"]
    post_photo(client, RAW, "IMG_1234.DNG")

    [file] = client.get(f"/photo/{number}/files").json()
    whole = client.get(f"/photo/{number}/files/{file['id']}")
    part = client.get(f"/photo/{number}/files/{file['id']}", headers={"Range": "bytes=4-7"})

    assert (file["kind"], file["name"], file["format"], file["width"]) == ("raw", "IMG_1234.DNG", "dng", 96)
    assert whole.getvalue() == RAW
    assert whole.headers["Content-Type"] == "image/x-adobe-dng"
    assert whole.headers["Content-Disposition"] == 'attachment; filename="IMG_1234.DNG"'
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert (part.status_code, part.getvalue()) == (206, RAW[4:8])


def test_a_list_of_photos_says_which_files_each_has_in_one_query_more(client: Client, make_photo: MakePhoto) -> None:
    make_version(make_photo())
    few = queries_of(client, "/photos")
    for _ in range(5):
        make_version(make_photo())

    answer = client.get("/photos").json()

    assert [file["kind"] for photo in answer for file in photo["files"]] == ["original"] * 6
    assert len(queries_of(client, "/photos")) == len(few)


def test_a_version_is_known_by_its_hash_before_it_is_sent(client: Client) -> None:
    number = post_photo(client, CAMERAS, "IMG_1234.JPG").json()["id"]
    post_photo(client, RAW, "IMG_1234.DNG")
    hashes = [hashlib.sha256(data).hexdigest() for data in (RAW, CAMERAS, EDITED)]

    known = post(client, "/hashes", {"sha256": hashes}).json()["known"]

    assert {(one["sha256"], one["id"]) for one in known} == {(hashes[0], number), (hashes[1], number)}


def test_a_version_is_shown_and_taken_out(client: Client) -> None:
    number = post_photo(client, CAMERAS, "IMG_1234.JPG").json()["id"]
    post_photo(client, EDITED, "IMG_E1234.JPG")
    [file] = client.get(f"/photo/{number}/files").json()

    shown = post(client, f"/photo/{number}/files/{file['id']}/show")
    own = post(client, f"/photo/{number}/files/{file['id']}/separate")

    assert (shown.status_code, shown.json()["original_name"]) == (200, "IMG_1234.JPG")
    assert [file["name"] for file in shown.json()["files"]] == ["IMG_E1234.JPG"]
    assert (own.status_code, own.headers["Location"]) == (201, f"/photo/{own.json()['id']}")
    assert client.get(f"/photo/{own.json()['id']}").json()["tags"] == ["blue"]
    assert client.get(f"/photo/{number}").json()["tags"] == ["red"]
    assert client.get(f"/photo/{number}/files").json() == []


def test_what_is_no_version_is_not_found(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    sidecar, elsewhere = make_version(photo, PhotoFile.Kind.SIDECAR), make_version(make_photo())

    for path in (f"files/{elsewhere.pk}/show", f"files/{sidecar.pk}/show", f"files/{sidecar.pk}/separate"):
        assert problem_of(post(client, f"/photo/{photo.pk}/{path}")) == (404, "not_found")
    assert problem_of(client.get(f"/photo/{photo.pk}/files/{elsewhere.pk}")) == (404, "not_found")
    assert client.get(f"/photo/{photo.pk}/files/{sidecar.pk}").getvalue()
