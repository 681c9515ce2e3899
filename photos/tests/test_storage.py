from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photos import storage
from photos.errors import DiskFull, StorageMissing
from photos.models import Photo
from photos.tests.requesting import files_below


def incoming(data: bytes = b"bytes") -> Path:
    path = storage.prepare() / "received"
    path.write_bytes(data)
    return path


def full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.django_db
def test_the_first_upload_makes_the_folder_and_marks_it(media: Path) -> None:
    folder = storage.prepare()

    assert folder == media / ".incoming"
    assert folder.is_dir()
    assert (media / storage.MARKER).is_file()


def test_an_empty_folder_is_not_the_library_where_there_are_photos(
    make_photo: Callable[..., Photo], media: Path
) -> None:
    make_photo()
    (media / storage.MARKER).unlink()

    with pytest.raises(StorageMissing):
        storage.prepare()

    assert not storage.is_mounted()
    assert not (media / ".incoming").exists()


@pytest.mark.django_db
def test_an_empty_folder_will_do_where_there_are_no_photos(media: Path) -> None:
    assert not media.exists()
    assert storage.is_mounted()


@pytest.mark.django_db
def test_what_is_kept_lies_under_a_name_of_our_own(media: Path) -> None:
    received = incoming(b"an original")

    name = storage.keep(received, ".jpg")

    folder, shard, file = name.split("/")
    assert (folder, shard, Path(file).suffix) == ("originals", file[:2], ".jpg")
    assert storage.path_of(name).read_bytes() == b"an original"
    assert files_below(media) == [storage.path_of(name)]


@pytest.mark.django_db
def test_an_original_is_not_written_where_the_disk_has_just_gone(media: Path, tmp_path: Path) -> None:
    received = incoming().rename(tmp_path / "received")
    media.rename(tmp_path / "the disk")
    media.mkdir()

    with pytest.raises(StorageMissing):
        storage.keep(received, ".jpg")

    assert list(media.iterdir()) == []
    assert received.exists()


@pytest.mark.django_db
def test_everything_is_synced_before_the_name_is_known(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    received = incoming()

    name = storage.keep(received, ".jpg")

    shard = storage.path_of(name).parent
    assert synced == [received, shard, media / "originals", media]


@pytest.mark.django_db
@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_a_full_disk_at_any_step_keeps_nothing(media: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    received = incoming()
    steps = iter(range(4))
    monkeypatch.setattr(os, "fsync", lambda descriptor: full_disk(descriptor) if next(steps) == step else None)

    with pytest.raises(DiskFull):
        storage.keep(received, ".jpg")

    assert [path for path in files_below(media) if path != received] == []


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.ENOENT, StorageMissing),
        (errno.EROFS, StorageMissing),
        (errno.EACCES, StorageMissing),
        (errno.EIO, StorageMissing),
        (errno.EMFILE, OSError),
    ],
)
def test_what_the_disk_says_becomes_what_a_client_is_told(number: int, problem: type[Exception]) -> None:
    with pytest.raises(problem), storage.disk_errors_named():
        raise OSError(number, os.strerror(number))


@pytest.mark.django_db
def test_discarding_twice_is_no_error() -> None:
    name = storage.keep(incoming(), ".jpg")

    storage.discard(name)
    storage.discard(name)

    assert not storage.path_of(name).exists()
