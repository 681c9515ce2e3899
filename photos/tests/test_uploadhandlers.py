from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import UnreadablePostError
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.models import User
from photos import storage
from photos.errors import FileTooLarge, StorageMissing, UploadTooLarge
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import BOUNDARY, files_below, part, post_multipart, problem_of
from photos.uploads import received_file

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

pytestmark = pytest.mark.django_db


class Vanishing(BytesIO):
    """A body whose client goes away where its bytes end."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError("connection reset by peer")
        return data


@pytest.fixture(autouse=True)
def megabyte(settings: Settings, media: Path) -> Path:
    settings.FILE_UPLOAD_HANDLERS = ["photos.uploadhandlers.IncomingFileHandler"]
    settings.CLOUDZY_MAX_UPLOAD_MB = 1
    return media


def request_with(
    body: bytes, length: int | None = None, stream: BytesIO | None = None, user: AnonymousUser | None = None
) -> Any:
    """Make a request of a body, or of a stream in its place, with the length it announces; by default of a person."""
    announced = {"CONTENT_LENGTH": str(length or len(body)), "wsgi.input": stream or BytesIO(body)}
    request = RequestFactory().generic("POST", "/", b"-", content_type=MULTIPART, **announced)  # type: ignore[arg-type]
    request.user = user or User(username="anna")
    return request


def test_a_file_is_written_to_the_incoming_folder(media: Path) -> None:
    request = request_with(part(jpeg()))

    file = request.FILES["file"]

    assert Path(file.temporary_file_path()).parent == media / ".incoming"
    assert file.read() == jpeg()
    request.close()
    assert files_below(media) == []


def test_a_file_over_the_limit_is_cut_off_and_the_problem_left_on_the_request(media: Path) -> None:
    request = request_with(part(bytes(2**20 + 1)))

    files = request.FILES

    assert not files
    assert isinstance(request.upload_problem, FileTooLarge)
    assert files_below(media) == []


def test_a_file_as_large_as_the_limit_is_let_in() -> None:
    request = request_with(part(bytes(2**20)))

    assert request.FILES["file"].size == 2**20
    request.close()


@pytest.mark.parametrize(("times", "left_unread"), [(1, False), (10, True)])
def test_a_little_too_much_is_read_to_its_end_and_far_too_much_is_not(times: int, left_unread: bool) -> None:
    body = part(bytes(5 * 2**20))
    stream = BytesIO(body)
    request = request_with(b"", times * len(body), stream)

    assert not request.FILES

    assert bool(stream.read(1)) == left_unread


def test_the_files_of_one_request_are_bounded_together_before_any_is_written(media: Path) -> None:
    request = request_with(b"", 10 * 2**20 + 1, BytesIO(part(jpeg())))

    files = request.FILES

    assert not files
    assert isinstance(request.upload_problem, UploadTooLarge)
    assert not (media / ".incoming").exists()


def test_of_a_person_who_is_not_signed_in_nothing_is_written_and_the_fields_are_read(media: Path) -> None:
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="username"\r\n\r\nanna\r\n'.encode()
    request = request_with(field + part(jpeg()), user=AnonymousUser())

    assert not request.FILES

    assert request.POST["username"] == "anna"
    assert not (media / ".incoming").exists()


@pytest.mark.parametrize("name", [".", "..", "/", "\u200b", "\u202e", "%00"])
def test_a_file_is_taken_in_whatever_its_name(client: Client, name: str) -> None:
    response = post_multipart(client, part(jpeg(), f'name="file"; filename="{name}"'))

    assert response.status_code == 201, response.content
    assert Photo.objects.get().original_name.strip(". ")


def test_a_form_sent_without_choosing_a_file_holds_none(client: Client) -> None:
    response = post_multipart(client, part(b"", 'name="file"; filename=""'))

    assert problem_of(response) == (400, "no_file")


def test_without_its_storage_no_file_is_taken_in(media: Path, make_photo: Callable[..., Photo]) -> None:
    make_photo()
    (media / storage.MARKER).unlink()
    request = request_with(part(jpeg()))

    files = request.FILES

    assert not files
    assert isinstance(request.upload_problem, StorageMissing)


def test_a_client_that_vanishes_leaves_no_file(media: Path) -> None:
    body = part(bytes(500_000))
    request = request_with(b"", len(body), Vanishing(body[:300_000]))

    with pytest.raises(UnreadablePostError):
        received_file(request)

    assert files_below(media) == []


def test_a_vanished_client_is_no_bug_of_ours(client: Client) -> None:
    body = part(bytes(500_000))

    sent = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": Vanishing(body[:300_000])}

    response = client.generic("POST", "/upload", b"-", content_type=MULTIPART, **sent)  # type: ignore[arg-type]

    assert problem_of(response) == (400, "bad_request")
    assert not Photo.objects.exists()
