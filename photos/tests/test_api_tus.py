from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from photos import storage
from photos.models import IncomingUpload, Photo, Stage
from photos.resumable import partial, receiving
from photos.tests.factories import make_user
from photos.tests.pictures import encoded, jpeg, noise, truncated
from photos.tests.requesting import files_below, problem_of
from photos.tests.resuming import (
    STREAM,
    TUS,
    Breaking,
    begin,
    begun,
    broken_piece,
    checksum,
    metadata,
    offset_of,
    piece,
    sent_whole,
)

pytestmark = pytest.mark.django_db

ANYWHERE = "/uploads/11111111-2222-3333-4444-555555555555"


def test_the_server_tells_what_it_can(client: Client, settings: Settings) -> None:
    settings.CLOUDZY_MAX_ARCHIVE_MB = 2

    response = client.options("/uploads/")

    assert response.status_code == 204
    assert response["Tus-Version"] == response["Tus-Resumable"] == "1.0.0"
    assert response["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert response["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert response["Tus-Max-Size"] == str(100 * 2**20)


def test_an_upload_in_pieces_becomes_a_photo_of_the_same_bytes(client: Client, media: Path) -> None:
    data = jpeg()

    created = begin(client, len(data), filename="my photo.jpg")
    where = created["Location"]
    first = piece(client, where, 0, data[:100])
    last = piece(client, where, 100, data[100:])

    photo = Photo.objects.get()
    assert (created.status_code, created["Upload-Offset"], created["Tus-Resumable"]) == (201, "0", "1.0.0")
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    assert "X-Photo-Id" not in first
    assert (last.status_code, last["Upload-Offset"], last["X-Photo-Id"]) == (204, str(len(data)), str(photo.pk))
    assert "X-Photo-Duplicate" not in last
    assert photo.original_name == "my photo.jpg"
    assert storage.path_of(photo.original).read_bytes() == data
    assert list((media / ".incoming").iterdir()) == []


def test_the_photo_is_analysed_at_once_as_that_of_any_upload(client: Client) -> None:
    response = sent_whole(client, jpeg())

    assert "Preference-Applied" not in response
    assert client.get(f"/photo/{response['X-Photo-Id']}").json()["tags"] == ["red"]


def test_the_analysis_is_left_to_a_worker_for_who_would_rather_not_wait(client: Client) -> None:
    response = piece(client, begun(client, len(jpeg())), 0, jpeg(), {"Prefer": "respond-async"})

    assert response["Preference-Applied"] == "respond-async"
    assert Photo.objects.get().status == Photo.Status.QUEUED
    assert not Stage.objects.exclude(status=Stage.Status.QUEUED).exists()


def test_the_first_bytes_may_come_with_the_creation(client: Client) -> None:
    data = jpeg()
    headers = TUS | {"Upload-Length": str(len(data))}

    part = client.post("/uploads", data[:50], content_type=STREAM, headers=headers)
    whole = client.post("/uploads", data, content_type=STREAM, headers=headers)

    assert (part.status_code, part["Upload-Offset"]) == (201, "50")
    assert offset_of(client, part["Location"]) == 50
    assert (whole.status_code, whole["Upload-Offset"]) == (201, str(len(data)))
    assert whole["X-Photo-Id"] == str(Photo.objects.get().pk)


def test_head_tells_how_far_it_is_and_what_was_said_of_it(client: Client) -> None:
    told = metadata(filename="a.jpg", other="ä")
    where = begun(client, 500, filename="a.jpg", other="ä")
    piece(client, where, 0, b"x" * 20)

    response = client.head(where, headers=TUS)

    assert (response["Upload-Offset"], response["Upload-Length"]) == ("20", "500")
    assert response["Upload-Metadata"] == told["Upload-Metadata"]
    assert response["Cache-Control"] == "no-store"
    left = parsedate_to_datetime(response["Upload-Expires"]) - datetime.now(UTC)
    assert 23 < left.total_seconds() / 3600 <= 24


def test_a_finished_upload_answers_its_photo_for_a_day(client: Client) -> None:
    data = jpeg()
    where = begun(client, len(data))
    piece(client, where, 0, data)

    head = client.head(where, headers=TUS)
    again = piece(client, where, len(data), b"")

    pk = str(Photo.objects.get().pk)
    assert (head["X-Photo-Id"], head["Upload-Offset"]) == (pk, str(len(data)))
    assert (again.status_code, again["X-Photo-Id"]) == (204, pk)


def test_bytes_that_are_there_already_are_told_so(client: Client) -> None:
    first = sent_whole(client, jpeg())["X-Photo-Id"]
    again = sent_whole(client, jpeg())
    client.delete(f"/photo/{first}")
    restored = sent_whole(client, jpeg())

    assert (again["X-Photo-Id"], again["X-Photo-Duplicate"]) == (first, "true")
    assert (restored["X-Photo-Id"], restored["X-Photo-Restored"]) == (first, "true")
    assert Photo.objects.count() == 1


def test_what_the_client_knows_of_the_file_is_kept(client: Client) -> None:
    sent_whole(client, jpeg(), filename="a.jpg", relativePath="2019/Rome/a.jpg", lastModified="1558425600123")

    photo = Photo.objects.get()
    assert photo.folder == "2019/Rome"
    assert photo.file_modified_at == datetime(2019, 5, 21, 8, 0, 0, 123000, UTC)


def test_other_bytes_than_the_announced_are_no_photo(client: Client, media: Path) -> None:
    where = begun(client, len(jpeg()), sha256="0" * 64)

    response = piece(client, where, 0, jpeg())

    assert problem_of(response) == (422, "checksum_mismatch")
    assert client.head(where, headers=TUS).status_code == 410
    assert not Photo.objects.exists()
    assert files_below(media) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"<html>", (415, "unsupported_type")), (truncated(encoded(noise(), "JPEG"), 0.9), (422, "truncated_image"))],
)
def test_what_is_no_photo_is_refused_and_its_bytes_go(
    client: Client, media: Path, data: bytes, problem: tuple[int, str]
) -> None:
    where = begun(client, len(data))

    response = piece(client, where, 0, data)

    assert problem_of(response) == problem
    assert problem_of(piece(client, where, len(data), b"")) == (410, "upload_gone")
    assert files_below(media) == []
    assert not Photo.objects.exists()


# The statuses of tus 1.0


def test_another_version_of_the_protocol_is_refused_and_ours_is_named(client: Client) -> None:
    where = begun(client, 10)

    answers = [
        client.generic("POST", "/uploads", headers={"Upload-Length": "10"}),
        client.patch(where, b"x", content_type=STREAM, headers={"Tus-Resumable": "0.2.2", "Upload-Offset": "0"}),
        client.delete(where),
    ]

    assert [problem_of(answer) for answer in answers] == [(412, "unknown_protocol")] * 3
    assert {answer["Tus-Version"] for answer in answers} == {"1.0.0"}
    assert client.head(where).status_code == 412
    assert IncomingUpload.objects.count() == 1


def test_a_piece_that_belongs_elsewhere_changes_nothing(client: Client) -> None:
    where = begun(client, 100)
    piece(client, where, 0, b"x" * 10)

    answers = [piece(client, where, offset, b"y" * 10) for offset in (0, 9, 11, 100)]

    assert {problem_of(answer) for answer in answers} == {(409, "offset_mismatch")}
    assert offset_of(client, where) == 10


def test_bytes_come_as_the_type_of_the_protocol(client: Client) -> None:
    where = begun(client, 100)

    patched = client.patch(where, b"x", content_type="application/octet-stream", headers=TUS | {"Upload-Offset": "0"})
    posted = client.post("/uploads", b"x", content_type="image/jpeg", headers=TUS | {"Upload-Length": "1"})

    assert problem_of(patched) == problem_of(posted) == (415, "unsupported_media_type")
    assert offset_of(client, where) == 0


def test_more_than_was_announced_is_refused_before_it_is_read(client: Client) -> None:
    where = begun(client, 10)
    body = Breaking(b"")

    response = broken_piece(client, where, 0, 11, body)

    assert problem_of(response) == (413, "content_too_large")
    assert offset_of(client, where) == 0


def test_who_writes_holds_the_upload_alone(client: Client) -> None:
    where = begun(client, 10)
    upload = IncomingUpload.objects.get()

    with partial.held(upload.pk):
        answers = [piece(client, where, 0, b"x"), client.delete(where, headers=TUS)]
        head = client.head(where, headers=TUS)

    assert [problem_of(answer) for answer in answers] == [(423, "upload_locked")] * 2
    assert head.status_code == 423
    assert answers[0]["Retry-After"] == "1"
    assert piece(client, where, 0, b"x").status_code == 204


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_is_kept_only_with_its_checksum(client: Client, media: Path, algorithm: str) -> None:
    where = begun(client, 20)

    right = piece(client, where, 0, b"right", checksum(b"right", algorithm))
    wrong = piece(client, where, 5, b"wrong", checksum(b"right", algorithm))

    assert right.status_code == 204
    assert problem_of(wrong) == (460, "checksum_mismatch")
    assert offset_of(client, where) == 5
    assert len(files_below(media)) == 1


@pytest.mark.parametrize("quietly", [True, False])
def test_of_a_piece_that_breaks_off_before_its_checksum_is_proven_nothing_stays(client: Client, quietly: bool) -> None:
    where = begun(client, 20)

    response = broken_piece(client, where, 0, 20, Breaking(b"x" * 9, quietly), checksum(b"x" * 20))

    assert problem_of(response) == (400, "bad_request")
    assert offset_of(client, where) == 0


@pytest.mark.parametrize("value", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 !!", "sha256 AAAA", "é"])
def test_a_checksum_we_cannot_check_is_refused(client: Client, value: str) -> None:
    where = begun(client, 20)

    response = piece(client, where, 0, b"x", {"Upload-Checksum": value})

    assert problem_of(response) == (400, "bad_request")
    assert "Upload-Checksum" in response.json()["errors"]
    assert offset_of(client, where) == 0


@pytest.mark.parametrize("value", ["", "-1", "1.5", "x", "9" * 30, "٣", "9223372036854775808"])
def test_lengths_and_offsets_are_whole_numbers(client: Client, value: str) -> None:
    where = begun(client, 20)

    length = client.generic("POST", "/uploads", headers=TUS | {"Upload-Length": value})
    offset = piece(client, where, 0, b"x", {"Upload-Offset": value})

    assert problem_of(length) == problem_of(offset) == (400, "bad_request")
    assert ("Upload-Length" in length.json()["errors"], "Upload-Offset" in offset.json()["errors"]) == (True, True)


@pytest.mark.parametrize(
    "value",
    ["filename !!", "filename /w==", "lastModified eA==", "sha256 eA==", "kind eA==", f"filename {'A' * 5000}"],
)
def test_metadata_we_cannot_read_are_refused(client: Client, value: str) -> None:
    response = client.generic("POST", "/uploads", headers=TUS | {"Upload-Length": "5", "Upload-Metadata": value})

    assert problem_of(response) == (400, "bad_request")
    assert "Upload-Metadata" in response.json()["errors"]
    assert not IncomingUpload.objects.exists()


@pytest.mark.parametrize("moment", ["0", "-5", "999999999999999"])
def test_a_time_nobody_believes_is_left_out(client: Client, moment: str) -> None:
    sent_whole(client, jpeg(), lastModified=moment)

    assert Photo.objects.get().file_modified_at is None


def test_an_empty_file_and_one_over_the_limit_are_refused_at_once(client: Client, settings: Settings) -> None:
    settings.CLOUDZY_MAX_UPLOAD_MB = 1

    empty, large = begin(client, 0), begin(client, 2**20 + 1)

    assert problem_of(empty) == (400, "empty_file")
    assert problem_of(large) == (413, "file_too_large")
    assert not IncomingUpload.objects.exists()


def test_an_upload_can_be_given_up(client: Client, media: Path) -> None:
    where = begun(client, 10)
    piece(client, where, 0, b"x")

    response = client.delete(where, headers=TUS)

    assert response.status_code == 204
    assert client.head(where, headers=TUS).status_code == 404
    assert problem_of(client.delete(where, headers=TUS)) == (404, "not_found")
    assert files_below(media) == []


def test_to_forget_a_finished_upload_leaves_its_photo(client: Client) -> None:
    where = begun(client, len(jpeg()))
    piece(client, where, 0, jpeg())

    response = client.delete(where, headers=TUS)

    assert response.status_code == 204
    assert Photo.objects.count() == 1


def test_an_upload_whose_time_is_over_is_gone(client: Client) -> None:
    where = begun(client, 10)
    IncomingUpload.objects.update(expires_at=datetime(2024, 1, 1, tzinfo=UTC))

    assert client.head(where, headers=TUS).status_code == 410
    assert problem_of(piece(client, where, 0, b"x")) == (410, "upload_gone")


def test_a_client_that_can_only_post_names_the_method_in_a_header(client: Client) -> None:
    where = begun(client, 10)
    said = TUS | {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}

    patched = client.post(where, b"xyz", content_type=STREAM, headers=said)
    gone = client.generic("POST", where, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})

    assert (patched.status_code, patched["Upload-Offset"]) == (204, "3")
    assert gone.status_code == 204
    assert client.get(where, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 405


def test_more_unfinished_uploads_than_anybody_needs_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_UNFINISHED", 2)
    for _ in range(2):
        begun(client, 10)

    response = begin(client, 10)

    assert problem_of(response) == (429, "too_many_uploads")
    assert "Retry-After" in response


def test_without_the_storage_nothing_begins_and_nothing_goes_on(
    client: Client, make_photo: Callable[..., Photo], media: Path
) -> None:
    make_photo()
    where = begun(client, 10)
    (media / storage.MARKER).unlink()
    before = sorted(media.rglob("*"))

    answers = [begin(client, 10), piece(client, where, 0, b"x")]

    assert [problem_of(answer) for answer in answers] == [(503, "storage_missing")] * 2
    assert sorted(media.rglob("*")) == before


# Whose it is


@pytest.mark.usefixtures("server_mode")
def test_another_persons_upload_is_not_there() -> None:
    hers, mine = Client(), Client()
    hers.force_login(make_user("berta"))
    mine.force_login(make_user("anna"))
    where = begun(hers, 10)

    answers = [piece(mine, where, 0, b"x"), mine.delete(where, headers=TUS), mine.head(where, headers=TUS)]
    nowhere = [piece(mine, ANYWHERE, 0, b"x"), mine.delete(ANYWHERE, headers=TUS), mine.head(ANYWHERE, headers=TUS)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert [answer.content for answer in answers] == [answer.content for answer in nowhere]
    assert offset_of(hers, where) == 0


@pytest.mark.usefixtures("server_mode")
def test_nobody_uploads_without_a_name_or_without_the_token_of_the_session() -> None:
    stranger, forged = Client(), Client(enforce_csrf_checks=True)
    forged.force_login(make_user("anna"))

    assert problem_of(begin(stranger, 10)) == (401, "unauthorized")
    assert problem_of(begin(forged, 10)) == (403, "forbidden")
    assert not IncomingUpload.objects.exists()


# A connection that breaks


@pytest.mark.parametrize("number", range(20))
def test_broken_at_a_hundred_places_an_upload_ends_with_the_same_bytes(client: Client, number: int) -> None:
    chance = random.Random(number)
    data = jpeg(comment=str(number)) + chance.randbytes(200_000)
    where = begun(client, len(data), sha256=hashlib.sha256(data).hexdigest())
    places = sorted(chance.sample(range(1, len(data)), 5))

    for place in places:
        offset = offset_of(client, where)
        response = broken_piece(
            client, where, offset, len(data) - offset, Breaking(data[offset:place], chance.random() < 0.5)
        )
        assert response.status_code == 400
        assert offset_of(client, where) == place
    last = piece(client, where, places[-1], data[places[-1] :])

    photo = Photo.objects.get()
    assert last["X-Photo-Id"] == str(photo.pk)
    assert hashlib.sha256(storage.path_of(photo.original).read_bytes()).digest() == hashlib.sha256(data).digest()
