from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from photos.imports.found import Candidate, Entry, LeftOut
from photos.imports.walking import FolderSource


def grow(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def entries(source: FolderSource) -> list[Entry]:
    return [entry for folder in source.folders() for entry in folder]


def candidates(*paths: Path, albums: bool = False) -> list[Candidate]:
    return [entry for entry in entries(FolderSource(paths, albums)) if isinstance(entry, Candidate)]


def left(*paths: Path) -> dict[str, str]:
    return {entry.path.name: entry.why for entry in entries(FolderSource(paths)) if isinstance(entry, LeftOut)}


def test_folders_come_in_the_order_of_their_names_and_each_before_those_in_it(tmp_path: Path) -> None:
    grow(tmp_path, "b/2.jpg", "b/1.jpg", "a/x.jpg", "c.jpg", "b/inner/0.jpg", "B2/3.jpg")

    names = [str(candidate.path.relative_to(tmp_path)) for candidate in candidates(tmp_path)]

    assert names == ["c.jpg", "a/x.jpg", "b/1.jpg", "b/2.jpg", "b/inner/0.jpg", "B2/3.jpg"]
    assert FolderSource([tmp_path]).count() == 6


def test_files_of_one_stem_come_one_after_the_other(tmp_path: Path) -> None:
    grow(tmp_path, "img.NEF", "img_2.jpg", "IMG.jpg", "img.xmp", "img-1.jpg")

    assert [found.path.name for found in candidates(tmp_path)] == ["IMG.jpg", "img.NEF", "img-1.jpg", "img_2.jpg"]


def test_hidden_files_and_those_of_systems_are_left_out_and_named(tmp_path: Path) -> None:
    grow(tmp_path, "a.jpg", ".b.jpg", "@eaDir/a.jpg/thumb.jpg", ".thumbnails/1.jpg", "Thumbs.db", "desktop.ini")

    assert [found.path.name for found in candidates(tmp_path)] == ["a.jpg"]
    assert set(left(tmp_path)) == {".b.jpg", "@eaDir", ".thumbnails", "Thumbs.db", "desktop.ini"}


def test_a_link_that_leads_upwards_is_followed_once(tmp_path: Path) -> None:
    grow(tmp_path, "a/x.jpg")
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "also").symlink_to(tmp_path / "a")

    assert [found.path.name for found in candidates(tmp_path)] == ["x.jpg"]
    assert set(left(tmp_path)) == {"round", "also"}


def test_the_library_s_own_folders_are_left_out(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT, settings.CLOUDZY_DATA_DIR = tmp_path / "media", tmp_path / "data"
    grow(tmp_path, "a.jpg", "media/originals/ab/1.jpg", "data/b.jpg", "old/.cloudzy", "old/originals/2.jpg")

    assert [found.path.name for found in candidates(tmp_path)] == ["a.jpg"]
    assert candidates(tmp_path / "media" / "originals") == []
    assert set(left(tmp_path)) == {"media", "data", "old"}


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")

    assert left(tmp_path) == {"pipe.jpg": "This is no ordinary file."}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    grow(tmp_path, "locked/a.jpg", "b.jpg")
    (tmp_path / "locked").chmod(0)

    found = entries(FolderSource([tmp_path]))
    (tmp_path / "locked").chmod(0o700)

    assert [entry.failed for entry in found if isinstance(entry, LeftOut)] == [True]
    assert len(found) == 2


def test_a_dangling_link_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")

    (found,) = entries(FolderSource([tmp_path]))

    assert isinstance(found, LeftOut)
    assert (found.failed, found.why) == (True, "It cannot be read: No such file or directory.")


def test_what_comes_with_a_file_is_its_folder_its_time_and_its_sidecars(tmp_path: Path) -> None:
    grow(tmp_path, "Trip/2019/a.jpg", "Trip/2019/a.JPG.xmp", "Trip/2019/A.xmp", "Trip/2019/lonely.xmp")
    os.utime(tmp_path / "Trip" / "2019" / "a.jpg", (1_000_000_000, 1_000_000_000))

    (found,) = candidates(tmp_path / "Trip")

    assert found.arrival.folder == "Trip/2019"
    assert found.arrival.modified_at == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert [path.name for path in found.beside] == ["a.JPG.xmp", "A.xmp"]
    assert [sidecar.data for sidecar in found.arrival.sidecars] == [b"Trip/2019/a.JPG.xmp", b"Trip/2019/A.xmp"]
    assert left(tmp_path / "Trip") == {"lonely.xmp": "A sidecar without its photo."}


def test_albums_are_named_by_the_way_to_the_folder(tmp_path: Path) -> None:
    grow(tmp_path, "Trips/a.jpg", "Trips/2018/Rome/b.jpg", "Trips/2019/Rome/c.jpg")

    albums = [found.albums for found in candidates(tmp_path / "Trips", albums=True)]

    assert albums == [("Trips",), ("2018 / Rome",), ("2019 / Rome",)]


def test_a_single_file_comes_from_the_folder_it_lies_in(tmp_path: Path) -> None:
    grow(tmp_path, "Rome/a.jpg", "Rome/b.jpg")

    (found,) = candidates(tmp_path / "Rome" / "a.jpg", albums=True)

    assert (found.path.name, found.arrival.folder, found.albums) == ("a.jpg", "Rome", ("Rome",))
