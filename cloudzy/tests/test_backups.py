from __future__ import annotations

import errno
import os
import random
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from cloudzy.backups import database
from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.manifest import MANIFEST, Manifest
from cloudzy.backups.verifying import verify
from cloudzy.models import BackupNote
from cloudzy.tests.backed_up import COLOURS, save, silent, upload
from photos import curation, storage
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.together import at_once
from search.index.locks import folder_lock
from search.models import Library


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_backup_has_every_original_and_says_what_it_is_of(library: list[Photo], tmp_path: Path) -> None:
    made = save(tmp_path / "backup")

    manifest = verify(tmp_path / "backup", silent)
    assert manifest == made.manifest
    assert {name: file.sha256 for name, file in manifest.originals.items()} == {
        photo.original: photo.sha256 for photo in library
    }
    assert (manifest.counts["photo"], manifest.counts["album_place"]) == (4, 2)
    assert "cloudzy.0001_backup_notes" in manifest.migrations
    assert manifest.lacking == {}


def test_neither_thumbnails_nor_index_nor_secrets_are_in_it(
    library: list[Photo], tmp_path: Path, settings: Settings
) -> None:
    settings.CLOUDZY_CAPTION_KEY = "sesame-open"
    call_command("rebuild_index")

    save(tmp_path / "backup")

    files = files_of(tmp_path / "backup")
    parts = {"manifest.json", ".cloudzy-backup", ".lock", *(photo.original for photo in library)}
    assert {name for name in files if not name.startswith("database-")} == parts
    assert b"sesame-open" not in files["manifest.json"]
    assert settings.SECRET_KEY.encode() not in files["manifest.json"]
    assert b"CLOUDZY_MAX_UPLOAD_MB" in files["manifest.json"]


def test_what_is_there_is_not_copied_again(library: list[Photo], tmp_path: Path, owner: User) -> None:
    save(tmp_path / "backup")
    inodes = {path: path.stat().st_ino for path in (tmp_path / "backup" / "originals").rglob("*.jpg")}
    upload("purple", owner)

    again = save(tmp_path / "backup")

    assert again.copied == 1
    assert len(again.manifest.originals) == len(library) + 1
    assert {path: path.stat().st_ino for path in inodes} == inodes


@pytest.mark.parametrize("link", [True, False])
def test_links_share_the_bytes_where_asked_for(library: list[Photo], tmp_path: Path, link: bool) -> None:
    save(tmp_path / "backup", link=link)

    name = library[0].original
    assert (tmp_path / "backup" / name).samefile(storage.path_of(name)) == link


def test_what_was_deleted_for_good_leaves_the_next_backup(library: list[Photo], tmp_path: Path) -> None:
    save(tmp_path / "backup")
    curation.purge(library[0])

    save(tmp_path / "backup")

    assert not (tmp_path / "backup" / library[0].original).exists()
    assert len(list((tmp_path / "backup").glob("database-*"))) == 1
    assert len(verify(tmp_path / "backup", silent).originals) == 3


def test_an_original_that_was_lost_is_named_and_all_else_is_kept(library: list[Photo], tmp_path: Path) -> None:
    storage.discard(library[0].original)
    storage.path_of(library[1].original).write_bytes(b"other bytes")

    with pytest.raises(CommandError, match="2 originals could not be backed up"):
        call_command("backup", tmp_path / "backup")

    manifest = verify(tmp_path / "backup", silent)
    assert manifest.lacking == {library[0].original: "missing", library[1].original: "altered"}
    assert len(manifest.originals) == 2
    assert BackupNote.objects.last_good_at("backup") is None


def test_a_good_copy_is_not_given_up_for_a_file_that_was_altered_since(library: list[Photo], tmp_path: Path) -> None:
    save(tmp_path / "backup")
    storage.path_of(library[0].original).write_bytes(b"x" * library[0].bytes)

    manifest = save(tmp_path / "backup").manifest

    assert manifest.lacking == {}
    assert verify(tmp_path / "backup", silent) == manifest


def test_a_flipped_byte_anywhere_is_noticed(library: list[Photo], tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    save(folder)
    chance = random.Random(59)
    parts = [path for path in folder.rglob("*") if path.name == MANIFEST or path.suffix in {".db", ".jpg"}]
    assert len(parts) == len(library) + 2

    for path in parts:
        good = path.read_bytes()
        for place in {0, len(good) - 1, *(chance.randrange(len(good)) for _ in range(8))}:
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            with pytest.raises(DamagedBackupError):
                verify(folder, silent)
        path.write_bytes(good)

    verify(folder, silent)


def test_the_command_names_every_damaged_file(
    library: list[Photo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("backup", tmp_path / "backup")
    (tmp_path / "backup" / library[0].original).unlink()
    (tmp_path / "backup" / library[1].original).write_bytes(b"other")

    with pytest.raises(CommandError, match="damaged: 2 files"):
        call_command("backup", tmp_path / "backup", "--verify")

    told = capsys.readouterr().out
    assert f"{library[0].original} is missing" in told
    assert f"{library[1].original} is altered" in told


def test_a_damaged_original_is_copied_again_once_it_is_deleted(library: list[Photo], tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    save(folder)
    (folder / library[0].original).write_bytes(b"other")

    assert save(folder).copied == 1
    verify(folder, silent)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("step", [0, 1, 3, 4, 5, 6])
def test_a_backup_that_breaks_off_leaves_the_earlier_one_good(
    tmp_path: Path, owner: User, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    folder = tmp_path / "backup"
    former = save(folder).manifest
    upload("purple", owner)
    left = iter(range(step))

    def full_disk(_: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_disk)
        try:
            save(folder)
            broke_off = False
        except OSError:
            broke_off = True

    found = verify(folder, silent)
    assert broke_off == (step < 6)
    assert (found == former) == (step < 5)  # the last step is the name of the manifest, which is there by then
    assert len(save(folder).manifest.originals) == 5
    assert not list(folder.glob(".writing-*"))


def test_uploads_and_deletions_go_on_meanwhile(library: list[Photo], tmp_path: Path, owner: User) -> None:
    folder = tmp_path / "backup"
    more = ["purple", "orange", "black", "white", "cyan"]

    raised = at_once(
        partial(save, folder), *(partial(upload, colour, owner) for colour in more), partial(curation.purge, library[0])
    )

    assert raised == []
    manifest = verify(folder, silent)
    assert manifest.lacking == {}
    assert database.originals_in(folder / manifest.database).keys() == manifest.originals.keys()
    assert len(save(folder).manifest.originals) == len(COLOURS) - 1 + len(more)


@pytest.mark.usefixtures("library")
def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "documents" / "originals" / "ab" / "letter.txt"
    theirs.parent.mkdir(parents=True)
    theirs.touch()

    with pytest.raises(BackupError, match="holds other files"):
        save(tmp_path / "documents")

    assert theirs.exists()


@pytest.mark.usefixtures("library")
def test_the_backup_of_another_library_is_not_overwritten(tmp_path: Path) -> None:
    former = save(tmp_path / "backup").manifest
    Library.renew()

    with pytest.raises(BackupError, match="of another library"):
        save(tmp_path / "backup")

    assert verify(tmp_path / "backup", silent) == former


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("name", ["media", "media/backup", "data/backup", "."])
def test_a_backup_lies_apart_from_the_library(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupError, match="to another place"):
        save(tmp_path / name)


@pytest.mark.usefixtures("library")
def test_two_backups_at_once_do_not_meet(tmp_path: Path) -> None:
    save(tmp_path / "backup")

    with folder_lock(tmp_path / "backup"), pytest.raises(BackupError, match="under way"):
        save(tmp_path / "backup")


@pytest.mark.usefixtures("library")
def test_an_empty_mount_point_is_not_backed_up(tmp_path: Path) -> None:
    former = save(tmp_path / "backup").manifest
    (storage.media_root() / storage.MARKER).unlink()

    with pytest.raises(BackupError, match="not mounted"):
        save(tmp_path / "backup")

    assert verify(tmp_path / "backup", silent) == former


@pytest.mark.django_db
def test_on_postgresql_the_command_names_the_tool_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")

    for command in ("backup", "restore"):
        with pytest.raises(CommandError, match="pg_dump"):
            call_command(command, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


def test_where_there_is_no_backup_the_commands_say_so(tmp_path: Path) -> None:
    for command, how in (("backup", "--verify"), ("restore", "--test")):
        with pytest.raises(CommandError, match="no backup in"):
            call_command(command, tmp_path, how)


@pytest.mark.usefixtures("library")
def test_health_and_admin_tell_of_the_last_backup(client: Client, tmp_path: Path) -> None:
    before = client.get("/health").json()["backups"]

    save(tmp_path / "backup")

    note = BackupNote.objects.get()
    after = client.get("/health").json()["backups"]
    page = client.get("/admin/cloudzy/backupnote/").text
    assert before == {"made_at": None, "tested_at": None}
    assert after["made_at"] == note.at.isoformat().replace("+00:00", "Z")
    assert after["tested_at"] is None
    assert str(tmp_path / "backup") in page
    assert "good" in page


@pytest.mark.usefixtures("library")
def test_notes_are_neither_added_nor_changed_nor_deleted_in_the_admin(client: Client, tmp_path: Path) -> None:
    save(tmp_path / "backup")
    pk = BackupNote.objects.get().pk

    assert client.get("/admin/cloudzy/backupnote/add/").status_code == 403
    assert client.post(f"/admin/cloudzy/backupnote/{pk}/change/", {"folder": "x"}).status_code == 403
    assert client.post(f"/admin/cloudzy/backupnote/{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("server_mode")
def test_only_staff_sees_when_backups_were_made(client: Client) -> None:
    client.force_login(make_user("guest"))
    to_guest = client.get("/health").json()
    client.force_login(make_user("admin", is_staff=True))
    to_staff = client.get("/health").json()

    assert "backups" not in to_guest
    assert to_staff["backups"] == {"made_at": None, "tested_at": None}


def test_a_manifest_cannot_name_files_outside_the_backup(library: list[Photo], tmp_path: Path) -> None:
    manifest = save(tmp_path / "backup").manifest
    original = manifest.originals[library[0].original]
    for name in ("../../etc/passwd", "/etc/passwd", "originals/../x.jpg"):
        Manifest(**vars(manifest) | {"originals": {name: original}}).write(tmp_path / "backup")

        with pytest.raises(DamagedBackupError):
            Manifest.read(tmp_path / "backup")
