from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from photos.models import Photo
from photos.tests.pictures import encoded, jpeg, noise, truncated

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}
URL = "/gallery/upload/"


def picture(colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{colour}.jpg", jpeg((40, 30), colour), "image/jpeg")


def send(client: Client, headers: dict[str, str], *files: SimpleUploadedFile) -> Any:
    return client.post(URL, {"file": list(files)}, headers=headers)


def test_a_script_learns_what_became_of_its_file(client: Client) -> None:
    answer = send(client, SCRIPT, picture("red"))

    photo = Photo.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": photo.pk,
        "url": f"/gallery/{photo.pk}/",
        "thumbnail": f"/photo/{photo.pk}/thumbnail?size=512",
        "name": "red.jpg",
        "tags": ["red"],
        "duplicate": False,
        "restored": False,
        "error": "",
    }


def test_the_same_file_again_is_already_there(client: Client) -> None:
    send(client, SCRIPT, picture())

    answer = send(client, SCRIPT, picture())

    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)
    assert Photo.objects.count() == 1


def test_a_file_that_lies_in_the_trash_comes_back(client: Client) -> None:
    send(client, SCRIPT, picture())
    Photo.objects.get().trash(Photo.objects.get().created_at)

    answer = send(client, SCRIPT, picture())

    assert answer.json()["restored"] is True
    assert Photo.objects.get().trashed_at is None


@pytest.mark.parametrize(
    ("data", "status", "slug"),
    [
        (b"", 400, "empty_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_type"),
        (truncated(encoded(noise((200, 200)), "JPEG"), 0.6), 422, "truncated_image"),
    ],
)
def test_a_script_is_refused_with_the_words_of_the_api(client: Client, data: bytes, status: int, slug: str) -> None:
    ours = send(client, SCRIPT, SimpleUploadedFile("x.jpg", data))
    api = client.post("/upload", {"file": SimpleUploadedFile("x.jpg", data)})

    assert (ours.status_code, ours.json()["type"]) == (status, f"/problems/{slug}")
    assert ours.json()["detail"] == api.json()["detail"]
    assert not Photo.objects.exists()


def test_a_plain_form_takes_many_files_and_tells_of_each(client: Client) -> None:
    files = [picture("red"), SimpleUploadedFile("notes.jpg", b"no picture at all"), picture("blue"), picture("red")]

    page = send(client, BROWSER, *files).content.decode()

    assert sorted(Photo.objects.values_list("original_name", flat=True)) == ["blue.jpg", "red.jpg"]
    assert page.count('<li class="upload refused">') == 1
    assert "Already there" in page


def test_a_plain_form_without_a_file_is_refused_in_words(client: Client) -> None:
    answer = client.post(URL, {}, headers=BROWSER)

    assert answer.status_code == 400
    assert "holds no file" in answer.content.decode()


def test_a_name_is_shown_as_text(client: Client) -> None:
    file = SimpleUploadedFile("<b>x</b>.jpg", b"no picture")

    page = send(client, BROWSER, file).content.decode()

    assert "<b>x" not in page


def test_an_upload_needs_the_token_of_its_page() -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = send(strict, SCRIPT, picture())

    assert answer.status_code == 403
    assert not Photo.objects.exists()


def test_the_form_names_its_field(client: Client) -> None:
    page = client.get(reverse("photos:upload")).content.decode()

    assert '<label for="plain-files">' in page


def test_the_page_tells_how_much_one_keeps_and_may_keep(
    client: Client, make_photo: MakePhoto, settings: Settings
) -> None:
    settings.CLOUDZY_QUOTA_MB, settings.CLOUDZY_MAX_PHOTOS = 5, 100
    make_photo(bytes=2**20)

    page = client.get(URL, headers=BROWSER).content.decode()

    assert "1 photo of 100, 1.0\xa0MB of 5.0\xa0MB used" in page
    assert "<meter" in page


def test_without_limits_it_tells_only_what_is_there(client: Client, make_photo: MakePhoto) -> None:
    make_photo(bytes=2**20)
    make_photo(bytes=2**20)

    page = client.get(URL, headers=BROWSER).content.decode()

    assert "2 photos, 2.0\xa0MB used" in page
    assert "<meter" not in page


def test_beyond_the_quota_a_plain_form_says_why(client: Client, settings: Settings) -> None:
    settings.CLOUDZY_MAX_PHOTOS = 1

    page = send(client, BROWSER, picture("red"), picture("blue")).content.decode()

    assert "You may keep 1 photo here" in page
    assert Photo.objects.count() == 1
