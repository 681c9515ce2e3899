from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from ai.encoders.base import Encoder
from ai.fakes import FakeEncoder
from jobs.models import Run
from jobs.worker import Worker
from photos import storage
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.pictures import gif, jpeg, png
from photos.tests.requesting import files_below, post, post_photo, problem_of, read

pytestmark = pytest.mark.django_db


class BrokenEncoder(FakeEncoder):
    """Fails as an encoder with a bug would."""

    def embed_images(self, images: object) -> object:  # type: ignore[override]
        raise ArithmeticError(f"no vector for {type(images).__name__}")


def test_an_upload_is_answered_with_the_published_keys(client: Client) -> None:
    response = post_photo(client, jpeg(colour="red"), "my photo.jpg")

    assert response.status_code == 201
    answer = response.json()
    photo = Photo.objects.get()
    assert list(answer) == ["id", "filename", "tags", "caption", "status", "message"]
    assert answer["id"] == photo.pk
    assert re.fullmatch(r"my_photo_\d{8}_\d{6}\.jpg", answer["filename"])
    assert answer["tags"] == ["red"]
    assert answer["caption"] == "A red."
    assert answer["message"] == f"Photo uploaded successfully with ID {photo.pk}"
    assert answer["status"] == "ready"


def test_a_slash_at_the_end_changes_nothing(client: Client) -> None:
    response = post_photo(client, path="/upload/")

    assert response.status_code == 201


def test_the_extension_fits_the_content_and_not_the_name(client: Client) -> None:
    response = post_photo(client, png(), "drawing.jpg")

    assert response.json()["filename"].endswith(".png")


def test_the_bytes_are_kept_as_they_came(client: Client, media: Path) -> None:
    data = jpeg(comment="hidden")

    post_photo(client, data)

    photo = Photo.objects.get()
    assert storage.path_of(photo.original).read_bytes() == data
    assert (photo.sha256, photo.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert len(files_below(media)) == 3  # the original and two thumbnails, nothing left of the upload


def test_the_same_bytes_again_are_the_photo_that_is_there(client: Client, media: Path) -> None:
    first = post_photo(client).json()
    before = files_below(media)

    response = post_photo(client, name="another name.jpg")

    assert response.status_code == 200
    answer = response.json()
    assert answer["duplicate"] is True
    assert "restored" not in answer
    assert {key: answer[key] for key in ("id", "filename", "tags", "caption")} == {
        key: first[key] for key in ("id", "filename", "tags", "caption")
    }
    assert files_below(media) == before


def test_the_same_bytes_bring_a_photo_back_from_the_trash(client: Client) -> None:
    first = post_photo(client).json()["id"]
    client.delete(f"/photo/{first}")

    answer = post_photo(client).json()

    assert (answer["id"], answer["duplicate"], answer["restored"]) == (first, True, True)
    assert client.get(f"/photo/{first}").status_code == 200


def test_the_same_bytes_of_another_owner_are_a_photo_of_their_own(client: Client, owner: User) -> None:
    post_photo(client)
    Photo.objects.update(owner=make_user("berta"))

    response = post_photo(client)

    assert response.status_code == 201
    assert "duplicate" not in response.json()
    assert Photo.objects.filter(owner=owner).count() == 1


def test_a_photo_whose_analysis_fails_is_kept_and_can_be_analysed_again(
    client: Client, use_encoder: Callable[[Encoder], None]
) -> None:
    use_encoder(BrokenEncoder())  # type: ignore[arg-type]
    response = post_photo(client)
    answer = response.json()
    use_encoder(FakeEncoder())

    again = post(client, f"/photo/{answer['id']}/analyze").json()

    assert response.status_code == 201
    assert (answer["status"], answer["tags"]) == ("failed", [])
    assert "ArithmeticError" in answer["error"]
    assert (again["status"], again["error"], again["tags"]) == ("ready", "", ["red"])
    assert again["caption"] == "A red."


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_the_photo_waits(client: Client) -> None:
    response = post_photo(client)

    answer = response.json()
    assert response.status_code == 201
    assert (answer["status"], answer["tags"], answer["caption"]) == ("queued", [], "")
    assert "error" not in answer
    assert read(client.get(f"/photo/{answer['id']}/thumbnail"))


@pytest.mark.parametrize("wish", ["respond-async", "wait=10, Respond-Async", "respond-async; why=speed"])
def test_a_client_that_would_rather_not_wait_is_answered_once_the_photo_is_kept(client: Client, wish: str) -> None:
    response = post_photo(client, headers={"Prefer": wish})

    photo = Photo.objects.get()
    answer = response.json()
    assert response.status_code == 202
    assert (answer["id"], answer["filename"]) == (photo.pk, photo.filename)
    assert (answer["status"], answer["tags"], answer["caption"]) == ("queued", [], "")
    assert (response["Location"], response["Preference-Applied"]) == (f"/photo/{photo.pk}", "respond-async")

    Worker("a").step()

    seen = client.get(response["Location"]).json()
    assert (seen["status"], seen["tags"], seen["caption"]) == ("ready", ["red"], "A red.")


@pytest.mark.parametrize("wish", ["", "wait=10", "return=minimal"])
def test_other_wishes_change_nothing(client: Client, wish: str) -> None:
    response = post_photo(client, headers={"Prefer": wish})

    assert (response.status_code, response.json()["status"]) == (201, "ready")
    assert "Preference-Applied" not in response
    assert not Run.objects.exists()


def test_what_is_there_already_is_answered_at_once_whatever_the_wish(client: Client) -> None:
    post_photo(client)

    response = post_photo(client, headers={"Prefer": "respond-async"})

    assert (response.status_code, response.json()["duplicate"]) == (200, True)
    assert "Preference-Applied" not in response
    assert not Run.objects.exists()


def test_a_photo_that_is_refused_leaves_no_job(client: Client) -> None:
    response = post_photo(client, b"no picture", headers={"Prefer": "respond-async"})

    assert response.status_code == 415
    assert not Run.objects.exists()


def test_a_checksum_in_capitals_is_checked_too(client: Client) -> None:
    data = jpeg()

    response = post_photo(client, data, headers={"X-Content-SHA256": hashlib.sha256(data).hexdigest().upper()})

    assert response.status_code == 201


def test_a_parameter_we_do_not_know_is_refused_before_anything_is_kept(client: Client) -> None:
    response = post_photo(client, path="/upload?album=7")

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == ["album"]
    assert not Photo.objects.exists()


def test_a_field_we_do_not_know_is_refused_before_anything_is_kept(client: Client, media: Path) -> None:
    file = SimpleUploadedFile("photo.jpg", jpeg())

    response = client.post("/upload", {"file": file, "tags": "dog"})

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == ["tags"]
    assert files_below(media) == []


def test_a_file_in_another_field_is_told_where_it_belongs(client: Client) -> None:
    response = client.post("/upload", {"image": SimpleUploadedFile("photo.jpg", jpeg())})

    assert problem_of(response) == (400, "no_file")
    assert "image" in response.json()["detail"]


def test_a_text_in_the_field_of_the_file_is_no_file(client: Client) -> None:
    response = client.post("/upload", {"file": "photo.jpg"})

    assert problem_of(response) == (400, "no_file")


def test_two_files_are_refused(client: Client) -> None:
    files = [SimpleUploadedFile(name, jpeg()) for name in ("one.jpg", "two.jpg")]

    response = client.post("/upload", {"file": files})

    assert problem_of(response) == (400, "too_many_files")


def test_json_is_not_an_upload(client: Client) -> None:
    response = client.post("/upload", {"file": "..."}, content_type="application/json")

    assert problem_of(response) == (415, "unsupported_media_type")


def test_the_address_takes_nothing_but_post(client: Client) -> None:
    response = client.get("/upload")

    assert problem_of(response) == (405, "method_not_allowed")
    assert response["Allow"] == "POST, OPTIONS"


def test_an_animation_and_a_panorama_are_kept_as_such(client: Client) -> None:
    numbers = [post_photo(client, data, "a").json()["id"] for data in (gif(), jpeg((1200, 400)), jpeg((600, 400)))]

    answers = [client.get(f"/photo/{number}").json() for number in numbers]

    assert [(answer["animated"], answer["panorama"]) for answer in answers] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_time_of_the_file_is_kept(client: Client) -> None:
    file = SimpleUploadedFile("a.jpg", jpeg())

    response = client.post("/upload", {"file": file, "modified_at": "2019-05-21T10:45:52.5+02:00"})

    assert response.status_code == 201
    assert Photo.objects.get().file_modified_at == datetime(2019, 5, 21, 8, 45, 52, 500_000, UTC)


@pytest.mark.parametrize("moment", ["yesterday", "2019-02-30T00:00:00Z", ""])
def test_a_time_that_is_none_is_refused(client: Client, moment: str) -> None:
    response = client.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg()), "modified_at": moment})

    assert problem_of(response) == (400, "bad_request")
    assert "modified_at" in response.json()["errors"]
    assert not Photo.objects.exists()
