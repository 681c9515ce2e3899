"""The database is held by another process in the middle of something: what was done stays done, the rest waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from ai.encoders.base import Encoder
from photos import curation, pipeline, storage
from photos.models import Photo, Stage
from photos.selection import one_by_one
from photos.tests.interrupted import NOW, Interrupted, states, uploaded
from photos.tests.locked import another_process, busy_once
from photos.tests.requesting import files_below, patch, post, post_photo

pytestmark = pytest.mark.django_db(transaction=True)
MakePhoto = Callable[..., Photo]


@pytest.mark.parametrize("path", ["/upload", "/gallery/upload/"])
def test_an_upload_whose_row_is_written_is_answered_as_one(
    client: Client, use_encoder: Callable[[Encoder], None], path: str
) -> None:
    with another_process() as other:
        use_encoder(Interrupted(lambda: other.execute("BEGIN IMMEDIATE")))
        response = post_photo(client, path=path, headers={"Accept": "application/json"})
        other.execute("ROLLBACK")

    photo = Photo.objects.get()
    assert (response.status_code, response.json()["id"], response.json()["tags"]) == (201, photo.pk, [])
    assert photo.status == Photo.Status.QUEUED
    assert storage.path_of(photo.original).is_file()


def test_claims_are_given_back_where_nothing_can_be_written() -> None:
    photo = uploaded()

    with busy_once('UPDATE "photo" SET'):
        pipeline.analyse(photo, NOW)

    assert states(photo) == [("queued", 0)] * 4
    assert pipeline.analyse(photo, NOW).status == Photo.Status.READY


def test_a_busy_claim_leaves_everything_for_another_time() -> None:
    photo = uploaded()

    with busy_once('UPDATE "photo_stage"'):
        waiting = pipeline.analyse(photo, NOW)

    assert waiting.status == Photo.Status.QUEUED
    assert states(photo) == [("queued", 0)] * 4


def test_an_edit_says_that_its_caption_is_owed(client: Client) -> None:
    pk = post_photo(client).json()["id"]

    with busy_once('UPDATE "photo_stage"', value=Stage.Status.RUNNING):
        changed = patch(client, f"/photo/{pk}", {"tags": ["boat"]})

    assert (changed.status_code, changed.json()["tags"], changed.json()["caption"]) == (200, ["boat"], "A red.")
    assert changed.json()["status"] == "queued"
    assert post(client, f"/photo/{pk}/analyze").json()["caption"] == "A photo tagged “boat”."


def test_an_edit_that_cannot_be_written_changes_nothing(client: Client) -> None:
    pk = post_photo(client).json()["id"]

    with busy_once('UPDATE "photo_stage"', value=Stage.Status.QUEUED):
        response = patch(client, f"/photo/{pk}", {"tags": ["boat"], "title": "Boat"})

    assert response.status_code == 503
    assert (Photo.objects.get().title, Photo.objects.get().tag_names) == ("", ["red"])


def test_many_photos_are_changed_while_others_write(make_photo: MakePhoto) -> None:
    photos = [make_photo() for _ in range(3)]

    with another_process() as other:
        for photo in one_by_one(Photo.objects.order_by("pk")):
            other.execute("UPDATE photo SET rating = 4")
            photo.edit({"favorite": True})

    assert set(Photo.objects.values_list("rating", "favorite")) == {(4, True)}
    assert Photo.objects.count() == len(photos)


def test_the_trash_is_emptied_while_others_write(client: Client, make_photo: MakePhoto) -> None:
    trashed = [make_photo(trashed=True) for _ in range(20)]
    kept = make_photo()
    stop = threading.Event()

    def write() -> None:
        with another_process() as other:
            other.execute("PRAGMA busy_timeout = 20000")
            while not stop.is_set():
                other.execute("UPDATE photo SET rating = 4 WHERE id = ?", [kept.pk])

    writer = threading.Thread(target=write)
    writer.start()
    response = client.post("/gallery/trash/empty/")
    stop.set()
    writer.join()

    assert response.status_code == 302
    assert list(Photo.objects.all()) == [kept]
    assert not any(storage.path_of(photo.original).exists() for photo in trashed)


def test_who_left_the_trash_meanwhile_is_passed_by(make_photo: MakePhoto) -> None:
    first, second = (make_photo(trashed=True) for _ in range(2))

    for photo in one_by_one(Photo.objects.in_trash_of(first.owner).order_by("pk")):
        curation.purge(photo)
        second.restore()

    assert list(Photo.objects.all()) == [second]


def test_an_upload_whose_row_cannot_be_written_is_not_there(media: Path) -> None:
    with another_process() as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            uploaded()
        other.execute("ROLLBACK")

    assert not Photo.objects.exists()
    assert files_below(media) == []
