from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from albums.models import Album
from cloudzy import environment
from cloudzy.backups import restoring
from cloudzy.backups.database import django_on
from cloudzy.backups.manifest import Manifest
from cloudzy.models import BackupNote
from cloudzy.tests.backed_up import rewrite, save
from photos import integrity, storage
from photos.models import Photo
from photos.tests.factories import at
from search.index.locks import folder_lock
from search.models import Library

Move = Callable[[], Path]
LATER = at("2099-01-01 00:00")  # when nothing counts as an upload in progress any more


def rows() -> list[tuple]:
    names = ("pk", "owner__username", "filename", "image", "sha256", "caption", "taken_at", "created_at")
    return list(Photo.objects.order_by("pk").values_list(*names))


def tags() -> list[list[str]]:
    return [photo.tag_names for photo in Photo.objects.order_by("pk")]


def albums() -> list[tuple[str, list[int]]]:
    return [(album.title, [photo.pk for photo in album.photos]) for album in Album.objects.all()]


def found(client: Client, query: str) -> list[tuple[int, float]]:
    answer = client.get("/search", {"q": query, "top_k": "10", "mode": "hybrid"}).json()
    return [(result["photo_id"], result["distance"]) for result in answer["results"]]


QUERIES = (
    *("red", "green", "blue", "yellow", "boat", "red green", "blue -red", "yellow boat", "album:lisbon", "tag:boat"),
    *("is:untagged", "type:jpeg", "red.jpg", "green OR blue", "has:caption", "photo", "similar:1", "-red", "re", "bot"),
)


@pytest.mark.usefixtures("library")
def test_59_a_restored_library_is_the_same_in_rows_files_tags_albums_and_searches(
    client: Client, tmp_path: Path, move: Move
) -> None:
    queries = [*QUERIES[:-4], f"similar:{Photo.objects.earliest('pk').pk}", *QUERIES[-3:]]
    save(tmp_path / "backup")
    before = rows(), tags(), albums(), [found(client, query) for query in queries]
    identity = Library.position()[0]
    assert sum(map(bool, before[3])) > 10

    move()
    call_command("restore", tmp_path / "backup")
    call_command("rebuild_index")

    assert (rows(), tags(), albums(), [found(client, query) for query in queries]) == before
    assert list(integrity.faults(LATER, hashes=True)) == []
    assert Library.position()[0] != identity
    assert client.get("/health").json()["problems"] == []


@pytest.mark.parametrize("part", ["manifest.json", "database", "original"])
def test_59_a_damaged_backup_is_refused_before_anything_is_touched(
    library: list[Photo], tmp_path: Path, move: Move, part: str
) -> None:
    manifest = save(tmp_path / "backup").manifest
    path = tmp_path / "backup" / {"database": manifest.database, "original": library[3].original}.get(part, part)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    place = move()
    with pytest.raises(CommandError, match="damaged"):
        call_command("restore", tmp_path / "backup")

    assert not place.exists()


@pytest.mark.usefixtures("library")
def test_59_the_backup_of_an_older_version_is_migrated(tmp_path: Path, move: Move) -> None:
    folder = tmp_path / "backup"
    manifest = save(folder).manifest
    with django_on(folder / manifest.database):
        call_command("migrate", "cloudzy", "zero", verbosity=0)
    older = [name for name in manifest.migrations if not name.startswith("cloudzy.")]
    rewrite(folder, manifest, migrations=older)

    move()
    call_command("restore", folder)

    assert not BackupNote.objects.exists()
    assert Photo.objects.count() == 4


@pytest.mark.usefixtures("library")
def test_the_backup_of_a_newer_version_is_refused(tmp_path: Path, move: Move) -> None:
    manifest = save(tmp_path / "backup").manifest
    rewrite(tmp_path / "backup", manifest, migrations=[*manifest.migrations, "photos.9999_the_future"])

    place = move()
    with pytest.raises(CommandError, match=r"photos\.9999_the_future"):
        call_command("restore", tmp_path / "backup")

    assert not place.exists()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("name", ["data/photos.db", "media/.cloudzy", "data/models/clip/manifest.json"])
def test_a_place_with_anything_in_it_is_refused(tmp_path: Path, move: Move, name: str) -> None:
    save(tmp_path / "backup")
    there = move() / name
    there.parent.mkdir(parents=True)
    there.write_text("precious")

    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", tmp_path / "backup")

    assert [path for path in tmp_path.joinpath("other machine").rglob("*") if path.is_file()] == [there]
    assert there.read_text() == "precious"


@pytest.fixture
def broken_off(library: list[Photo], tmp_path: Path, move: Move, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a restore of the four photos run out of room after two of them; return its place."""
    save(tmp_path / "backup")
    place = move()
    copy, left = shutil.copyfile, iter(range(2))

    def copy_two(source: Path, target: Path) -> object:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        return copy(source, target)

    with monkeypatch.context() as patched, pytest.raises(CommandError, match="Run the same command again"):
        patched.setattr(shutil, "copyfile", copy_two)
        call_command("restore", tmp_path / "backup")
    assert len(library) == 4
    return place


def test_a_restore_that_breaks_off_leaves_no_library_and_goes_on_when_it_is_run_again(
    broken_off: Path, library: list[Photo], tmp_path: Path
) -> None:
    before = {path: path.stat().st_ino for path in broken_off.rglob("*") if path.is_file()}

    call_command("restore", tmp_path / "backup")

    brought = [path for path in before if path.suffix == ".jpg"]
    assert (len(before), len(brought)) == (3, 2)
    assert before.keys() - brought == {broken_off / "data" / ".restoring-photos.db"}
    assert all(path.stat().st_ino == before[path] for path in brought)
    assert [path.name for path in (broken_off / "data").iterdir()] == ["photos.db"]
    assert Photo.objects.count() == len(library)
    assert list(integrity.faults(LATER, hashes=True)) == []


def test_nothing_is_begun_where_a_restore_broke_off(broken_off: Path, settings: Settings, tmp_path: Path) -> None:
    places = {"CLOUDZY_DATA_DIR": str(broken_off / "data"), "CLOUDZY_MEDIA_DIR": str(broken_off / "media")}
    started = [
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=settings.BASE_DIR,
            env=environment.for_child(**places, DATABASE_URL=""),
            capture_output=True,
            text=True,
            check=False,
        )
        for command in ("migrate", "serve")
    ]

    assert [run.returncode for run in started] == [1, 1]
    assert all("A restore into this place broke off" in run.stderr for run in started)
    call_command("restore", tmp_path / "backup")
    assert Photo.objects.count() == 4


@pytest.mark.parametrize("name", ["data/photos.db", "data/index/x", "media/thumbnails/x", "media/originals/ab/cd.jpg"])
def test_what_came_after_a_restore_broke_off_is_not_touched(broken_off: Path, tmp_path: Path, name: str) -> None:
    (broken_off / name).parent.mkdir(parents=True, exist_ok=True)
    (broken_off / name).write_text("precious")
    before = sorted(broken_off.rglob("*"))

    with pytest.raises(CommandError, match=r"is not empty|not in this backup"):
        call_command("restore", tmp_path / "backup")

    assert sorted(broken_off.rglob("*")) == before
    assert (broken_off / name).read_text() == "precious"


@pytest.mark.usefixtures("library")
def test_of_two_restores_into_one_place_one_is_refused(tmp_path: Path, move: Move) -> None:
    save(tmp_path / "backup")
    move().joinpath("data").mkdir(parents=True)

    with restoring._alone_in(tmp_path / "other machine" / "data"), pytest.raises(CommandError, match="Another restore"):
        call_command("restore", tmp_path / "backup")

    assert not (tmp_path / "other machine" / "media").exists()


def test_restored_originals_may_share_the_bytes_of_the_backup(library: list[Photo], tmp_path: Path, move: Move) -> None:
    save(tmp_path / "backup")

    move()
    call_command("restore", tmp_path / "backup", "--link")

    name = library[0].original
    assert storage.path_of(name).samefile(tmp_path / "backup" / name)


@pytest.mark.usefixtures("library")
def test_a_trial_restores_in_a_temporary_place_and_is_told_of(client: Client, tmp_path: Path) -> None:
    save(tmp_path / "backup")
    before = sorted(path.name for path in (tmp_path / "backup").iterdir())

    call_command("restore", tmp_path / "backup", "--test")

    note = BackupNote.objects.get(kind="test")
    assert note.problem == ""
    assert client.get("/health").json()["backups"]["tested_at"] == note.at.isoformat().replace("+00:00", "Z")
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == before


@pytest.mark.usefixtures("library")
def test_a_trial_and_a_backup_do_not_meet_and_one_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    save(folder)
    (folder / ".trial-killed" / "data").mkdir(parents=True)

    with folder_lock(folder), pytest.raises(CommandError, match="under way"):
        call_command("restore", folder, "--test")
    save(folder)

    assert not (folder / ".trial-killed").exists()
    assert not BackupNote.objects.filter(kind="test").exists()


def test_a_trial_that_fails_is_told_of_too(library: list[Photo], client: Client, tmp_path: Path) -> None:
    save(tmp_path / "backup")
    (tmp_path / "backup" / library[0].original).write_bytes(b"other")

    with pytest.raises(CommandError, match="damaged"):
        call_command("restore", tmp_path / "backup", "--test")

    assert "damaged" in BackupNote.objects.get(kind="test").problem
    assert client.get("/health").json()["backups"]["tested_at"] is None


@pytest.mark.usefixtures("library")
def test_a_trial_that_ends_in_other_rows_is_no_good_one(tmp_path: Path) -> None:
    manifest = save(tmp_path / "backup").manifest
    rewrite(tmp_path / "backup", manifest, counts={**manifest.counts, "photo": 5})

    with pytest.raises(CommandError, match="photo has 4 rows, not 5"):
        call_command("restore", tmp_path / "backup", "--test")

    assert Manifest.read(tmp_path / "backup").counts["photo"] == 5
