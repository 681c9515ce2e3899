from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from photos import integrity, storage, thumbnails
from photos.models import Photo

MakePhoto = Callable[..., Photo]


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Keep media and index apart for each test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"


def left_over(name: str, age: timedelta = timedelta(days=1)) -> Path:
    path = storage.path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"bytes of nobody")
    then = (timezone.now() - age).timestamp()
    os.utime(path, (then, then))
    return path


def found(hashes: bool = False) -> list[tuple[str, str]]:
    return [(fault.kind, fault.name) for fault in integrity.faults(timezone.now(), hashes)]


def test_a_sound_library_has_no_faults(make_photo: MakePhoto) -> None:
    make_photo()

    assert found(hashes=True) == []


def test_a_photo_without_its_file_is_reported_missing(make_photo: MakePhoto) -> None:
    photo = make_photo()
    storage.discard(photo.original)

    assert found() == [("missing", photo.original)]


def test_a_file_of_another_length_is_reported_altered(make_photo: MakePhoto) -> None:
    photo = make_photo()
    storage.path_of(photo.original).write_bytes(b"short")

    assert found() == [("altered", photo.original)]


def test_a_flipped_byte_shows_only_where_hashes_are_compared(make_photo: MakePhoto) -> None:
    photo = make_photo()
    path = storage.path_of(photo.original)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert found() == []
    assert found(hashes=True) == [("altered", photo.original)]


@pytest.mark.django_db
def test_old_bytes_without_a_row_are_strays_and_an_upload_in_progress_is_not() -> None:
    left_over("originals/ab/old.jpg")
    left_over(".incoming/half")
    left_over("originals/ab/just-arriving.jpg", age=timedelta(seconds=5))
    left_over("thumbnails/512/ab/old.webp")

    assert found() == [
        ("stray", "originals/ab/old.jpg"),
        ("stray", ".incoming/half"),
        ("orphaned", "thumbnails/512/ab/old.webp"),
    ]


def test_the_renditions_of_a_photo_are_no_strays(make_photo: MakePhoto) -> None:
    photo = make_photo()
    for size in thumbnails.SIZES:
        left_over(thumbnails.path_for(photo.original, size))

    assert found() == []


def test_an_original_that_cannot_be_read_is_told_from_one_that_is_lost(make_photo: MakePhoto) -> None:
    photo = make_photo()
    path = storage.path_of(photo.original)
    path.unlink()
    path.symlink_to(path)  # a file that no one can open

    assert found() == [("unreadable", photo.original)]


def test_an_old_file_that_was_linked_just_now_is_on_its_way(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo()
    linked = storage.path_of("originals/ab/linked.jpg")
    linked.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "a.jpg").write_bytes(b"taken long ago")
    os.utime(tmp_path / "a.jpg", (0, 0))
    linked.hardlink_to(tmp_path / "a.jpg")

    assert found() == []


def test_an_original_that_has_got_its_row_since_the_look_is_not_deleted(make_photo: MakePhoto) -> None:
    photo = make_photo()

    integrity.remove_stray(integrity.Fault("stray", photo.original))

    assert storage.path_of(photo.original).exists()


@pytest.mark.django_db
def test_the_command_exits_with_1_until_the_strays_are_deleted() -> None:
    stray = left_over("originals/ab/old.jpg")

    with pytest.raises(SystemExit) as ended:
        call_command("check_integrity")
    assert ended.value.code == 1
    assert stray.exists()

    call_command("check_integrity", delete_strays=True)
    assert not stray.exists()
    call_command("check_integrity")
