"""Faults 20 and 21: a disk that is full, and one that is not there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from photos import pipeline, storage, thumbnails
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post, post_photo, problem_of
from photos.trash import purge_expired

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


def test_20_a_full_disk_while_a_thumbnail_is_written_keeps_the_photo_which_goes_on_by_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", no_space)
        storage.prepare()
        answer = post_photo(client).json()

    photo = Photo.objects.get()
    assert (answer["status"], answer["tags"]) == ("queued", [])
    assert storage.path_of(photo.original).exists()
    assert pipeline.analyse(photo, timezone.now()).status == Photo.Status.READY
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


def unmount(media: Path) -> Path:
    """Have an empty folder where the disk was, as umount leaves it."""
    media.rename(media.with_name("the disk"))
    media.mkdir()
    return media


def test_21_thumbnails_are_not_written_into_an_empty_mount_point(
    client: Client, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = post_photo(client).json()["id"]
    render = thumbnails.render

    def and_unmount(image: Any) -> Any:
        if not media.with_name("the disk").exists():
            unmount(media)
        return render(image)

    thumbnails.remove(media, Photo.objects.get().original)
    monkeypatch.setattr(thumbnails, "render", and_unmount)
    shown = client.get(f"/photo/{pk}/thumbnail?size=512")
    again = post(client, f"/photo/{pk}/analyze", {"stages": ["thumbnails"]})

    assert problem_of(shown) == (503, "storage_missing")
    assert again.status_code < 500
    assert list(media.iterdir()) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, _: post_photo(client, jpeg(colour="blue")),
        lambda client, _: post_photo(client),  # the same bytes: their original would be put back
        lambda client, pk: client.get(f"/photo/{pk}/file"),
        lambda client, pk: client.get(f"/photo/{pk}/thumbnail?size=512"),
        lambda client, pk: client.delete(f"/photo/{pk}?permanent=true"),
    ],
    ids=["upload", "upload of known bytes", "original", "thumbnail", "deletion"],
)
def test_21_an_empty_mount_point_is_503_and_stays_empty(
    client: Client, media: Path, ask: Callable[[Client, int], Any]
) -> None:
    pk = post_photo(client).json()["id"]
    unmount(media)

    response = ask(client, pk)

    assert problem_of(response) == (503, "storage_missing")
    assert list(media.iterdir()) == []
    assert Photo.objects.count() == 1


def test_21_a_worker_leaves_an_empty_mount_point_alone_and_goes_on_when_the_disk_is_back(
    client: Client, media: Path
) -> None:
    pk = post_photo(client, headers={"Prefer": "respond-async"}).json()["id"]
    unmount(media)
    pipeline.analyse(Photo.objects.get(), timezone.now())
    purge_expired(timezone.now())
    written = list(media.iterdir())
    media.rmdir()
    media.with_name("the disk").rename(media)

    pipeline.analyse(Photo.objects.get(), timezone.now())

    assert written == []
    assert client.get(f"/photo/{pk}").json()["status"] == "ready"
