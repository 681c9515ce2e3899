"""Faults 20 and 21: a disk that is full, and one that is not there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.test import Client

from photos import storage, thumbnails
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post, post_photo, problem_of

pytestmark = pytest.mark.django_db


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_20_a_full_disk_while_the_original_is_synced(
    client: Client, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", no_space)

    response = post_photo(client)

    assert problem_of(response) == (507, "disk_full")
    assert not Photo.objects.exists()
    assert files_below(media) == []


def test_20_a_full_disk_while_the_file_comes_in(client: Client, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile._TemporaryFileWrapper.write", no_space, raising=False)

    response = post_photo(client)

    assert problem_of(response) == (507, "disk_full")
    assert not Photo.objects.exists()
    assert files_below(media) == []


def test_20_a_full_disk_while_a_thumbnail_is_written_keeps_the_photo(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", no_space)
        storage.prepare()
        answer = post_photo(client).json()

    photo = Photo.objects.get()
    assert (answer["status"], answer["error"]) == ("failed", "The disk is full.")
    assert storage.path_of(photo.original).exists()
    assert post(client, f"/photo/{photo.pk}/analyze").json()["status"] == "ready"
    assert (storage.media_root() / thumbnails.path_for(photo.original, 512)).exists()


def test_20_a_full_disk_under_the_database(client: Client, media: Path) -> None:
    post_photo(client)
    before = files_below(media)

    def refuse(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if sql.startswith('INSERT INTO "photo"'):
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        response = post_photo(client, jpeg(colour="blue"))

    assert problem_of(response) == (507, "disk_full")
    assert files_below(media) == before
    assert Photo.objects.count() == 1


def test_20_health_says_how_little_is_left(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3 * 2**20))

    answer = client.get("/health").json()

    assert answer["status"] == "healthy"
    assert "Only 3 MB are free for photos." in answer["problems"]


def test_21_a_disk_that_is_not_mounted(client: Client, make_photo: Callable[..., Photo], media: Path) -> None:
    make_photo()
    (media / storage.MARKER).unlink()
    before = sorted(media.rglob("*"))

    response = post_photo(client)
    health = client.get("/health")

    assert problem_of(response) == (503, "storage_missing")
    assert int(response["Retry-After"]) > 0
    assert sorted(media.rglob("*")) == before
    assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
    assert Photo.objects.count() == 1


def test_21_a_disk_that_went_read_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "fsync", read_only)

    response = post_photo(client)

    assert problem_of(response) == (503, "storage_missing")
    assert not Photo.objects.exists()
