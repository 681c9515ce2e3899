from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from accounts.local import local_owner
from accounts.models import User
from photos import curation, storage
from photos.imports import watching
from photos.imports.alarm import Alarm
from photos.imports.found import Candidate
from photos.imports.taking import Taken, take
from photos.imports.watch_status import held_before, problems, write_status
from photos.imports.watching import SETTLED, Watch, Watched
from photos.management.commands.watch import tell
from photos.models import Photo, PhotoFile
from photos.tests import moving
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg, on_disk

NOW = at("2024-05-01 12:00")
LATER = NOW + SETTLED


@pytest.fixture
def folder(tmp_path: Path, media: Path, owner: User) -> Path:  # noqa: ARG001 - what they change is their use
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def watch(folder: Path) -> Watch:
    return Watch(Watched(folder))


def test_a_file_comes_in_when_it_has_stopped_growing(watch: Watch, folder: Path) -> None:
    data = jpeg()
    on_disk(folder, data[:100], "a.jpg")
    watch.look(NOW)
    on_disk(folder, data, "a.jpg")
    watch.look(LATER)
    before = Photo.objects.count()

    watch.look(LATER + SETTLED)

    assert (before, Photo.objects.count(), watch.taken, watch.is_waiting) == (0, 1, 1, False)
    assert (folder / "a.jpg").exists()


def test_files_of_one_name_wait_for_each_other(watch: Watch, folder: Path) -> None:
    on_disk(folder, jpeg(), "a.jpg")
    watch.look(NOW)
    on_disk(folder, b"<x/>", "a.xmp")
    watch.look(LATER)
    before = Photo.objects.count()

    watch.look(LATER + SETTLED)

    assert before == 0
    assert Photo.objects.get().files.get().name == "a.xmp"


def test_a_film_that_was_put_there_before_its_photo_is_joined_to_it(watch: Watch, folder: Path) -> None:
    on_disk(folder, moving.live_video(), "IMG_1.MOV")
    watch.look(NOW)
    watch.look(LATER)
    named = [left.name for left in watch.left]
    on_disk(folder, moving.live_still(), "IMG_1.JPG")

    for step in range(1, 5):
        watch.look(LATER + step * SETTLED)

    assert named == [str(folder / "IMG_1.MOV")]
    assert (Photo.objects.get().has_motion, watch.left) == (True, [])


def test_a_file_that_cannot_be_taken_is_named_once_and_looked_at_again_when_it_changes(
    watch: Watch, folder: Path
) -> None:
    on_disk(folder, b"no photo", "a.jpg")
    for step in range(3):
        watch.look(NOW + step * SETTLED)
    named = len(watch.left)
    on_disk(folder, jpeg(), "a.jpg")
    for step in range(3, 5):
        watch.look(NOW + step * SETTLED)

    assert (named, Photo.objects.count()) == (1, 1)


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_disk_that_is_away_freezes_and_comes_back_by_itself(watch: Watch, folder: Path, how: str) -> None:
    on_disk(folder, jpeg(), "a.jpg")
    watch.look(NOW)
    watch.look(LATER)
    aside = folder.rename(folder.with_name("unmounted"))
    if how == "empty":
        folder.mkdir()

    watch.look(LATER + SETTLED)
    away = watch.away
    if how == "empty":
        folder.rmdir()
    aside.rename(folder)
    on_disk(folder, jpeg(colour="blue"), "b.jpg")
    watch.look(LATER + 2 * SETTLED)
    watch.look(LATER + 3 * SETTLED)

    assert (away, watch.away) == (True, False)
    assert Photo.objects.filter(trashed_at=None).count() == 2


def test_what_was_deleted_in_the_library_does_not_come_back(folder: Path) -> None:
    on_disk(folder, jpeg(), "a.jpg")
    on_disk(folder, jpeg(colour="blue"), "b.jpg")
    first = Watch(Watched(folder))
    first.look(NOW)
    first.look(LATER)
    trashed, purged = Photo.objects.order_by("pk")
    trashed.trash(NOW)
    curation.purge(purged)

    after_a_restart = Watch(Watched(folder))
    after_a_restart.look(NOW)
    after_a_restart.look(LATER)

    assert list(Photo.objects.all()) == [trashed]
    assert Photo.objects.get().trashed_at is not None


def test_what_somebody_else_has_deleted_comes_in(make_photo: Callable[..., Photo], folder: Path) -> None:
    theirs = make_photo(owner=make_user("berta"))
    on_disk(folder, storage.path_of(theirs.original).read_bytes(), "a.jpg")
    curation.purge(theirs)
    watch = Watch(Watched(folder))
    watch.look(NOW)
    watch.look(LATER)

    assert Photo.objects.get().owner == local_owner()


def test_a_version_of_a_photo_in_the_trash_leaves_it_there(make_photo: Callable[..., Photo], folder: Path) -> None:
    photo = make_photo()
    raw = on_disk(folder, b"its raw file", "a.nef")
    told = {"kind": PhotoFile.Kind.RAW, "name": "a.nef", "stored": "originals/aa/a.nef", "bytes": 12}
    PhotoFile.objects.create(photo=photo, sha256=storage.sha256_of(raw), **told)
    photo.trash(NOW)
    watch = Watch(Watched(folder))
    watch.look(NOW)
    watch.look(LATER)

    photo.refresh_from_db()
    assert (photo.trashed_at, watch.left) == (NOW, [])


def test_a_pipe_is_not_waited_for(watch: Watch, folder: Path) -> None:
    for name in ("a.jpg", "b.xmp"):
        os.mkfifo(folder / name)
    on_disk(folder, jpeg(), "b.jpg")
    watch.look(NOW)
    watch.look(LATER)

    assert (Photo.objects.get().original_name, watch.is_waiting) == ("b.jpg", False)


def test_what_cannot_be_read_is_named_once_and_tried_again(watch: Watch, folder: Path) -> None:
    broken = folder / "a.jpg"
    broken.symlink_to("/proc/self/mem")  # an ordinary file that even root cannot read from its beginning
    if not broken.exists():
        pytest.skip("only Linux has it")
    for step in range(6):
        watch.look(NOW + step * SETTLED)
    named = [left.why for left in watch.left]
    broken.unlink()
    on_disk(folder, jpeg(), "a.jpg")
    for step in range(6, 9):
        watch.look(NOW + step * SETTLED)

    assert (named, Photo.objects.count()) == (["It cannot be read: Input/output error."], 1)


def test_what_fails_by_a_bug_is_named_and_the_next_comes_in(
    watch: Watch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk(folder, jpeg(), "a.jpg")
    on_disk(folder, jpeg(colour="blue"), "b.jpg")

    def broken(candidate: Candidate, *told: Any) -> Taken:
        if candidate.path.name == "a.jpg":
            raise KeyError("a bug")
        return take(candidate, *told)

    monkeypatch.setattr(watching, "take", broken)
    watch.look(NOW)
    watch.look(LATER)

    assert (watch.taken, [left.why for left in watch.left]) == (1, ["KeyError: 'a bug'"])


def test_a_database_that_is_away_is_a_problem_that_passes(
    watch: Watch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk(folder, jpeg(), "a.jpg")

    def away() -> User:
        raise OperationalError("it restarts")

    monkeypatch.setattr(watching, "local_owner", away)
    watch.look(NOW)
    problem = watch.problem
    monkeypatch.undo()
    watch.look(NOW)
    watch.look(LATER)

    assert (problem, watch.problem) == ("The database cannot be used: it restarts.", "")
    assert watch.taken == 1


def test_what_went_is_forgotten_with_its_folder(watch: Watch, folder: Path) -> None:
    on_disk(folder, jpeg(), "a.jpg")
    (folder / "trip").mkdir()
    on_disk(folder / "trip", jpeg(colour="blue"), "b.jpg")
    watch.look(NOW)
    shutil.rmtree(folder / "trip")
    watch.look(LATER)

    assert (watch.is_waiting, watch.taken) == (False, 1)


def test_photos_are_the_owner_s_that_is_named(folder: Path) -> None:
    berta = make_user("berta")
    on_disk(folder, jpeg(), "a.jpg")
    watch = Watch(Watched(folder, "berta"))
    nobody = Watch(Watched(folder, "nobody"))
    for each in (watch, nobody):
        each.look(NOW)
        each.look(LATER)

    assert Photo.objects.get().owner == berta
    assert nobody.problem == "There is no user nobody."


def test_the_status_tells_what_is_away_and_what_had_files(folder: Path, settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    settings.CLOUDZY_WATCH = [(str(folder), "")]
    silent = problems(NOW)
    watch = Watch(Watched(folder), held=True)
    watch.look(NOW)
    write_status([watch], NOW)

    assert "Nobody looks" in silent[0]
    assert problems(NOW) == ["The watched folder “in” is away; nothing is done until it is back."]
    assert "Nobody looks" in problems(NOW + timedelta(hours=1))[0]
    assert held_before() == [str(folder)]


def test_a_status_that_cannot_be_written_ends_nothing(watch: Watch, settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_DATA_DIR = on_disk(tmp_path, b"no folder", "data")
    with pytest.raises(OSError):
        write_status([watch], NOW)

    tell([watch], NOW, Alarm([], threading.Event()))

    assert held_before() == []


def test_without_watched_folders_nothing_is_said(settings: Settings) -> None:
    settings.CLOUDZY_WATCH = []

    assert problems(NOW) == []
    with pytest.raises(CommandError, match="names no folder"):
        call_command("watch")


def test_an_alarm_tells_of_a_new_file_and_waits_where_there_is_no_folder(tmp_path: Path) -> None:
    alarm = Alarm([tmp_path], threading.Event())
    quiet = alarm.wait(0.1)
    threading.Timer(0.3, lambda: on_disk(tmp_path, b"x", "a.jpg")).start()

    told = any(alarm.wait(1) for _ in range(10))

    assert (quiet, told) == (False, True)
    assert Alarm([tmp_path / "nowhere"], threading.Event()).wait(0.01) is False
