"""A backup that is made while others upload, tag and fill albums: what it restores to is the library of one moment."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from albums.models import Album
from cloudzy.backups.making import back_up
from cloudzy.backups.verifying import verify
from cloudzy.tests.backed_up import COLOURS, silent
from photos import storage
from photos.models import Photo, PhotoTag
from photos.tests.pictures import jpeg
from photos.tests.requesting import patch, post_photo

WORDS = ("boat", "harbour", "holiday")
QUERIES = (
    *COLOURS,
    *("boat", "harbour", "red -winter", "tag:holiday", "tag:boat red", "album:first", "album:second green"),
    *("tag:harbour -red", "type:jpeg", "holiday OR boat", "green OR blue", "has:caption -red", "yellow boat", "re"),
    *("holliday", "-blue"),
)


@dataclass
class Uploader:
    """Uploads, tags and puts into an album, photo after photo, until told to stop; knows what was answered."""

    name: str
    owner: User
    done: list[int] = field(default_factory=list)  # ids, in order, of photos with all three

    def run(self, stop: threading.Event, go_on: threading.Event) -> None:
        client, number = Client(), 0
        try:
            while not stop.is_set():
                colour = COLOURS[number % len(COLOURS)]
                data = jpeg(colour=colour, comment=f"{self.name} {number}")
                pk = post_photo(client, data, f"{self.name} {number}.jpg").json()["id"]
                assert patch(client, f"/photo/{pk}", {"tags": [WORDS[number % len(WORDS)], colour]}).status_code == 200
                Album.objects.named(self.owner, self.name).add([pk])
                self.done.append(pk)
                number += 1
                go_on.set()
        finally:
            connection.close()


def state_of(client: Client) -> dict[str, Any]:
    """Return all that a library has: rows, hashes of the bytes, tags, albums in order, and what searches find."""
    return {
        "photos": list(Photo.objects.order_by("pk").values()),
        "bytes": {
            pk: storage.sha256_of(storage.path_of(image)) for pk, image in Photo.objects.values_list("pk", "image")
        },
        "tags": list(PhotoTag.objects.order_by("photo_id", "tag__name").values_list("photo_id", "tag__name", "source")),
        "albums": {album.title: [photo.pk for photo in album.photos] for album in Album.objects.all()},
        "searches": {query: found(client, query) for query in QUERIES},
    }


def found(client: Client, query: str) -> list[tuple]:
    answer = client.get("/search", {"q": query, "top_k": "10", "mode": "hybrid"})
    assert answer.status_code == 200, answer.content
    return [(each["photo_id"], each["distance"], each["tags"], each["caption"]) for each in answer.json()["results"]]


def library_of(database: Path, home: Path, settings: Settings) -> None:
    """Have the library as it was at the moment of a snapshot, with its own originals and an index made anew."""
    home.mkdir()
    connection.close()
    connection.settings_dict["NAME"] = str(shutil.copyfile(database, home / "photos.db"))
    settings.CLOUDZY_DATA_DIR = home
    call_command("rebuild_index")


@pytest.mark.usefixtures("library")
def test_a_restored_backup_is_the_library_of_one_moment_in_the_middle_of_uploads(
    client: Client, owner: User, settings: Settings, tmp_path: Path, move: Callable[[], Path]
) -> None:
    uploaders, stop, news = (
        [Uploader(name, owner) for name in ("First", "Second")],
        threading.Event(),
        threading.Event(),
    )
    threads = [threading.Thread(target=uploader.run, args=[stop, news]) for uploader in uploaders]
    for thread in threads:
        thread.start()
    while any(len(uploader.done) < 4 for uploader in uploaders):
        assert news.wait(60)
        news.clear()
    before = [len(uploader.done) for uploader in uploaders]
    at_its_end: list[int] = []

    def wait_for_more(done: int, count: int) -> None:  # so that uploads go on between its first file and its last
        if done in {1, count // 2, count}:
            news.clear()
            assert news.wait(60)
        at_its_end[:] = [len(uploader.done) for uploader in uploaders]

    made = back_up(tmp_path / "backup", timezone.now(), wait_for_more)
    stop.set()
    for thread in threads:
        thread.join()

    library_of(tmp_path / "backup" / made.manifest.database, tmp_path / "moment", settings)
    moment = state_of(client)
    move()
    call_command("restore", tmp_path / "backup")
    call_command("rebuild_index")
    restored = state_of(client)

    for part in moment:
        assert restored[part] == moment[part], part
    assert [query for query, hits in moment["searches"].items() if not hits] == []
    assert verify(tmp_path / "backup", silent).lacking == {}
    assert sum(at_its_end) > sum(before)  # it was made meanwhile
    for uploader, least in zip(uploaders, before, strict=True):
        # Each did one thing after the other, so one moment has a beginning of that: no hole, and nothing half done
        # but the photo that was under way.
        kept = moment["albums"][uploader.name]
        assert kept == uploader.done[: len(kept)]
        assert least <= len(kept) <= len(uploader.done)
        assert all(len([tag for tag in moment["tags"] if tag[0] == pk]) == 2 for pk in kept)
    assert {photo["id"]: photo["sha256"] for photo in moment["photos"]} == moment["bytes"]
