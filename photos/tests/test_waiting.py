"""The moving half of a Live Photo that comes before its photo: kept, joined, or told of and gone after a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from jobs.backend import JobTask
from jobs.models import Run
from photos import integrity, quotas, waiting
from photos.arrival import Arrival
from photos.companions import FilmWithoutPhoto
from photos.errors import QuotaExceeded
from photos.image_types import UnsupportedType
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.walking import FolderSource
from photos.models import IncomingUpload, Photo
from photos.resumable import films, receiving, upkeep
from photos.resumable.errors import TooManyUploads
from photos.tests import moving
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo, problem_of
from photos.tests.resuming import TUS, sent_whole
from photos.uploads import accept_upload
from photos.waiting import KeptWaiting

pytestmark = pytest.mark.django_db
NOW = at("2024-06-01 12:00")
FILM, STILL = moving.live_video(), moving.live_still()


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


def take(owner: User, data: bytes, name: str, folder: str = "", may_wait: bool = True) -> Photo:
    arrival = Arrival(folder=folder)
    return accept_upload(ContentFile(data, name=name), owner, NOW, arrival=arrival, may_wait=may_wait).photo


def waits(owner: User, data: bytes = FILM, name: str = "IMG_1.MOV", folder: str = "") -> IncomingUpload:
    with pytest.raises(KeptWaiting) as caught:
        take(owner, data, name, folder)
    return caught.value.upload


def test_a_film_that_comes_first_is_joined_when_its_photo_comes(
    owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    upload = waits(owner, folder="2024/May")
    with django_capture_on_commit_callbacks(execute=True):
        photo = take(owner, STILL, "IMG_1.HEIC", "2024/May")

    IncomingUpload.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    films.join_films.call(owner.pk, "img_1")

    photo.refresh_from_db()
    upload.refresh_from_db()
    assert Run.objects.unfinished(films.join_films).count() == 1
    assert (photo.has_motion, [file.name for file in photo.files.all()]) == (True, ["IMG_1.MOV"])
    assert (upload.photo, upload.is_unfinished) == (photo, False)
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


@pytest.mark.django_db(transaction=True)
def test_where_its_job_cannot_be_queued_the_photo_is_kept_all_the_same(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(owner)

    def locked(*_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(JobTask, "enqueue", locked)
    photo = take(owner, STILL, "IMG_1.JPG")

    assert [fault.kind for fault in integrity.faults(NOW)] == []
    assert Photo.objects.get() == photo


def test_a_photo_that_is_called_so_by_chance_takes_no_film(owner: User) -> None:
    upload = waits(owner)
    photo = take(owner, jpeg(), "IMG_1.JPG")

    films.look_for_photos(NOW)

    upload.refresh_from_db()
    assert (upload.is_unfinished, photo.files.count()) == (True, 0)
    assert upload.expires_at == NOW + timedelta(hours=24)


def test_a_photo_that_came_as_a_version_is_found_by_the_next_look(owner: User) -> None:
    waits(owner)
    take(owner, STILL, "IMG_1.HEIC")

    films.look_for_photos(NOW)

    assert Photo.objects.get().has_motion


def test_films_never_reach_the_photos_of_another(owner: User) -> None:
    waits(owner)
    theirs = take(make_user("berta"), STILL, "IMG_1.HEIC")

    films.look_for_photos(NOW)
    films.join_films.call(theirs.owner_id, "img_1")

    assert not theirs.files.exists()
    assert IncomingUpload.objects.waiting().count() == 1


def test_it_counts_in_the_quota_and_there_are_only_so_many(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = quotas.usage_of(owner).bytes
    waits(owner)

    assert quotas.usage_of(owner).bytes == before + len(FILM)
    monkeypatch.setattr(waiting, "MAX_UNFINISHED", 1)
    with pytest.raises(TooManyUploads):
        take(owner, FILM, "IMG_2.MOV")
    monkeypatch.setattr(quotas, "byte_limit_of", lambda _: len(FILM) + 10)
    with pytest.raises(QuotaExceeded):
        take(owner, FILM, "IMG_3.MOV")
    assert len(list((Path(settings.MEDIA_ROOT) / ".incoming").iterdir())) == 1


def test_after_a_day_it_is_gone_and_told_of_for_one_more(owner: User, client: Client, media: Path) -> None:
    upload = waits(owner)
    page = client.get("/gallery/upload/").content.decode()

    upkeep.expire(NOW + timedelta(hours=24))
    gone = client.get("/gallery/upload/").content.decode()
    answer = client.head(f"/uploads/{upload.pk}", headers=TUS)
    upkeep.expire(NOW + timedelta(hours=48))

    assert "<strong>IMG_1.MOV</strong> waits for its photo until" in page
    assert f"<strong>IMG_1.MOV</strong> was not kept. {waiting.NEVER_CAME}" in gone
    assert answer.status_code == 410
    assert quotas.usage_of(owner).bytes == 0
    assert list((media / ".incoming").iterdir()) == []
    assert not IncomingUpload.objects.exists()


def test_a_resumable_upload_waits_too_and_says_so(client: Client, owner: User) -> None:
    answer = sent_whole(client, FILM, filename="IMG_1.MOV")
    upload = IncomingUpload.objects.get()
    upkeep.take_in_complete(timezone.now() + timedelta(hours=2))

    again = client.head(f"/uploads/{upload.pk}", headers=TUS)
    photo = take(owner, STILL, "IMG_1.HEIC")
    joined = client.head(f"/uploads/{upload.pk}", headers=TUS)

    assert (answer.status_code, answer["X-Waits-For-Photo"], "X-Photo-Id" in answer) == (204, "true", False)
    assert (again["X-Waits-For-Photo"], again["Upload-Offset"]) == ("true", str(len(FILM)))
    assert (joined["X-Photo-Id"], "X-Waits-For-Photo" in joined) == (str(photo.pk), False)


def test_it_can_be_given_up(client: Client, media: Path) -> None:
    sent_whole(client, FILM, filename="IMG_1.MOV")

    answer = client.delete(f"/uploads/{IncomingUpload.objects.get().pk}", headers=TUS)

    assert answer.status_code == 204
    assert list((media / ".incoming").iterdir()) == []


def test_the_api_answers_that_it_waits(client: Client) -> None:
    kept = post_photo(client, FILM, "IMG_1.MOV")
    other = post_photo(client, moving.VIDEO, "IMG_1.MP4")

    assert (kept.status_code, kept.json()["status"], kept.json()["message"]) == (202, "waiting", waiting.WAITS)
    assert set(kept.json()) == {"status", "expires_at", "message"}
    assert problem_of(other) == (415, "unsupported_type")


def test_a_form_says_it_too(client: Client) -> None:
    files = [SimpleUploadedFile("IMG_1.MOV", FILM), SimpleUploadedFile("IMG_1.JPG", STILL)]

    page = client.post("/gallery/upload/", {"file": files}, headers={"Accept": "text/html"}).content.decode()

    assert waiting.WAITS in page
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    ("film", "is_kept"),
    [
        (moving.live_video("", model="iPhone 15", created="2024-05-01T12:30:44+0200"), True),
        (moving.live_video("", model="iPhone 15"), False),
        (moving.VIDEO, False),
    ],
)
def test_only_what_says_to_be_of_a_photo_waits(owner: User, film: bytes, is_kept: bool) -> None:
    with pytest.raises(KeptWaiting if is_kept else UnsupportedType):
        take(owner, film, "IMG_1.MOV")


def test_a_long_film_of_a_camera_is_a_video_and_does_not_wait(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photos.companions._SHORT", 100)

    with pytest.raises(UnsupportedType) as caught:
        take(owner, moving.live_video("", model="iPhone 15", created="2024-05-01T12:30:44+0200"), "IMG_1.MOV")

    assert not isinstance(caught.value, FilmWithoutPhoto)


def test_in_a_folder_the_order_of_names_does_not_matter(owner: User, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "IMG_1.MOV").write_bytes(FILM)
    (folder / "IMG_1.TIF").write_bytes(STILL)
    (folder / "A.MOV").write_bytes(moving.live_video("AAAAAAAA-0000-0000-0000-000000000000"))
    report = Report()

    bring_in(FolderSource([folder]), Plan(owner), lambda: NOW, lambda *_: None, report)

    assert Photo.objects.get().has_motion
    assert [line["why"] for line in report.left()] == [
        "This is a QuickTime video, not a photo we can read. The photo whose moving half it is is not here."
    ]
    assert not IncomingUpload.objects.exists()


def test_a_crash_between_photo_and_film_loses_neither(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    upload = waits(owner)
    photo = take(owner, STILL, "IMG_1.HEIC")
    with monkeypatch.context() as context, pytest.raises(Killed):
        context.setattr(IncomingUpload, "finish", killed)
        receiving.look_at(IncomingUpload.objects.get(), NOW)

    films.look_for_photos(NOW)

    upload.refresh_from_db()
    assert (photo.files.count(), upload.photo) == (1, photo)
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []
