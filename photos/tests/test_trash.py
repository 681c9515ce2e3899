from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import DestructiveAct, User
from jobs.duties import DUTIES
from photos import storage, trash
from photos.models import Photo
from photos.tests.factories import at, make_user
from photos.tests.requesting import plans_of
from photos.tests.together import at_once
from photos.trash import purge_expired

pytestmark = pytest.mark.django_db(transaction=True)

MakePhoto = Callable[..., Photo]
NOW = at("2024-05-31 12:00")
EXPIRED = NOW - timedelta(days=30)


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    assert not media.exists()
    monkeypatch.setattr(trash, "_staying", set())


def test_what_lay_in_the_trash_for_thirty_days_is_deleted_for_good(make_photo: MakePhoto, media: Path) -> None:
    gone = [make_photo(trashed_at=EXPIRED), make_photo(trashed_at=EXPIRED, owner=make_user("berta"))]
    kept = [make_photo(trashed_at=EXPIRED + timedelta(seconds=1)), make_photo()]

    assert purge_expired(NOW) == 2

    assert set(Photo.objects.all()) == set(kept)
    assert [(media / photo.original).exists() for photo in gone] == [False, False]
    recorded = DestructiveAct.objects.order_by("pk").values_list("sha256", "who", "where")
    assert list(recorded) == [(photo.sha256, "", "purge") for photo in gone]


def test_no_photo_that_goes_is_looked_for_among_all_others(make_photo: MakePhoto) -> None:
    make_photo(trashed_at=EXPIRED)
    with CaptureQueriesContext(connection) as queries:
        assert purge_expired(NOW) == 1

    plans = plans_of(queries)
    assert any("photo_by_image" in plan for plan in plans)
    assert [plan for plan in plans if plan == "SCAN photo"] == []


def test_workers_look_for_it(make_photo: MakePhoto) -> None:
    make_photo(trashed_at=EXPIRED)

    [duty] = [duty for duty in DUTIES if duty.act.__module__ == "photos.tasks.trash"]
    duty.act(NOW)

    assert not Photo.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(0, 1), (1, 0), (31, 1)])
def test_the_days_are_a_setting_and_none_means_never(
    make_photo: MakePhoto, settings: Settings, days: int, left: int
) -> None:
    make_photo(trashed_at=EXPIRED)
    settings.CLOUDZY_TRASH_DAYS = days

    purge_expired(NOW)

    assert Photo.objects.count() == left


def test_a_file_that_is_not_the_one_that_was_trashed_stays_with_its_photo(
    make_photo: MakePhoto, caplog: pytest.LogCaptureFixture
) -> None:
    photo = make_photo(trashed_at=EXPIRED)
    storage.path_of(photo.original).write_bytes(b"other bytes")

    assert [purge_expired(NOW), purge_expired(NOW)] == [0, 0]

    assert Photo.objects.get() == photo
    assert storage.path_of(photo.original).read_bytes() == b"other bytes"
    assert caplog.text.count("is not the one that was uploaded") == 1


def test_a_file_that_another_photo_names_too_stays(make_photo: MakePhoto) -> None:
    photo = make_photo(trashed_at=EXPIRED)
    make_photo(image=photo.original, sha256="ab" * 32)
    shutil.copy(storage.path_of(photo.original), storage.path_of("originals/00/good.jpg"))

    assert purge_expired(NOW) == 0

    assert storage.path_of(photo.original).exists()


def test_a_link_out_of_the_originals_stays(make_photo: MakePhoto, tmp_path: Path) -> None:
    photo = make_photo(trashed_at=EXPIRED)
    outside = storage.path_of(photo.original).rename(tmp_path / "precious.jpg")
    storage.path_of(photo.original).symlink_to(outside)

    assert purge_expired(NOW) == 0

    assert outside.exists()
    assert Photo.objects.exists()


def test_a_photo_whose_file_was_lost_goes_all_the_same(make_photo: MakePhoto) -> None:
    photo = make_photo(trashed_at=EXPIRED)
    storage.discard(photo.original)

    assert purge_expired(NOW) == 1


def test_where_the_disk_is_away_nothing_is_deleted(make_photo: MakePhoto, media: Path) -> None:
    make_photo(trashed_at=EXPIRED)
    (media / storage.MARKER).unlink()

    assert purge_expired(NOW) == 0
    assert Photo.objects.exists()


def test_what_must_stay_is_in_nobodys_way(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "AT_ONCE", 1)
    altered = make_photo(trashed_at=EXPIRED - timedelta(days=1))
    storage.path_of(altered.original).write_bytes(b"other bytes")
    make_photo(trashed_at=EXPIRED)

    assert [purge_expired(NOW), purge_expired(NOW)] == [0, 1]
    assert Photo.objects.get() == altered


def test_who_restores_a_photo_while_it_expires_has_it_whole_or_not_at_all(make_photo: MakePhoto) -> None:
    for _ in range(8):
        photo = make_photo(trashed_at=EXPIRED)

        raised = at_once(partial(purge_expired, NOW), photo.restore, partial(purge_expired, NOW))

        assert [exc for exc in raised if not isinstance(exc, Photo.DoesNotExist)] == []
        there = Photo.objects.filter(pk=photo.pk).exists()
        assert storage.path_of(photo.original).exists() == there
        assert DestructiveAct.objects.filter(photo_id=photo.pk).count() == (not there)


def test_the_page_says_how_long_photos_wait(client: Client, owner: User, settings: Settings) -> None:
    assert owner
    told = "deleted for ever after 30 days"

    assert told in client.get("/gallery/trash/").text
    assert told not in client.get("/gallery/archive/").text
    settings.CLOUDZY_TRASH_DAYS = 0
    assert "deleted for ever after" not in client.get("/gallery/trash/").text


def test_the_clock_of_today_deletes_nothing_trashed_today(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    client.delete(f"/photo/{photo.pk}")

    assert purge_expired(timezone.now()) == 0
