"""Uploads in pieces where processes die, race or come too late."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError

from accounts.models import User
from photos import integrity, storage
from photos.errors import DiskFull
from photos.images import BrokenImage
from photos.models import IncomingUpload, Photo
from photos.resumable import partial, receiving, upkeep
from photos.resumable.errors import UploadGone, UploadLocked
from photos.resumable.partial import Checksum
from photos.resumable.receiving import Piece
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below
from photos.tests.together import at_once
from photos.uploads import accept_upload

NOW = at("2024-05-01 12:00")
LATER = NOW + timedelta(hours=25)


class Killed(BaseException):
    """The process ends here."""


def begun(owner: User, data: bytes) -> IncomingUpload:
    return receiving.begin(owner, len(data), "", NOW)


def whole(data: bytes) -> Piece:
    return Piece(0, len(data), BytesIO(data).read)


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def left_complete(owner: User, monkeypatch: pytest.MonkeyPatch) -> IncomingUpload:
    """Have the process end between the last byte and the photo."""
    upload = begun(owner, jpeg())
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(receiving, "accept_upload", killed)
        receiving.receive(upload, whole(jpeg()), NOW)
    return IncomingUpload.objects.get()


@pytest.mark.django_db
def test_what_was_complete_when_its_process_died_is_taken_in_by_who_asks(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = left_complete(owner, monkeypatch)

    offset = receiving.look_at(upload, NOW)

    assert offset == len(jpeg())
    assert upload.photo == Photo.objects.get()


@pytest.mark.django_db
def test_or_by_a_worker_where_nobody_asks(owner: User, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = left_complete(owner, monkeypatch)

    at_work = upkeep.take_in_complete(NOW + timedelta(seconds=59))
    taken = upkeep.take_in_complete(NOW + timedelta(seconds=61))
    again = upkeep.take_in_complete(NOW + timedelta(seconds=61))

    upload.refresh_from_db()
    assert (at_work, taken, again) == (0, 1, 0)
    assert upload.photo == Photo.objects.get()
    assert len(files_below(media)) == 1


@pytest.mark.django_db
def test_died_between_photo_and_row_the_photo_is_found_and_not_made_again(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(owner, jpeg())
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(IncomingUpload, "finish", killed)
        receiving.receive(upload, whole(jpeg()), NOW)

    receiving.look_at(IncomingUpload.objects.get(), NOW)

    assert IncomingUpload.objects.get().photo == Photo.objects.get()
    assert len(files_below(media)) == 1
    assert storage.path_of(Photo.objects.get().original).read_bytes() == jpeg()


@pytest.mark.django_db
def test_a_file_that_ends_whoever_reads_it_is_given_up_after_three(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = left_complete(owner, monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "accept_upload", killed)
        for _ in range(2):
            with pytest.raises(Killed):
                receiving.look_at(upload, NOW)

    with pytest.raises(BrokenImage):
        receiving.look_at(upload, NOW)

    assert "three times" in IncomingUpload.objects.get().refusal
    assert files_below(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize("problem", [DiskFull(), OperationalError("database is locked")])
def test_what_is_no_fault_of_the_file_keeps_it_however_often_it_happens(
    owner: User, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise problem

    upload = begun(owner, jpeg())
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "accept_upload", fail)
        for piece in (whole(jpeg()), *[Piece(len(jpeg()), 0, BytesIO().read)] * 5):
            with pytest.raises(type(problem)):
                receiving.receive(upload, piece, NOW)

    receiving.look_at(upload, NOW)

    assert Photo.objects.count() == 1


@pytest.mark.django_db
def test_a_checksum_that_nobody_lived_to_prove_leaves_nothing_of_its_piece(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(owner, b"x" * 20)
    receiving.receive(upload, Piece(0, 5, BytesIO(b"first").read), NOW)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(partial.HeldFile, "go_back_to_proven", lambda _: None)
        patched.setattr(os, "fsync", sync_that_kills())
        receiving.receive(upload, Piece(5, 6, BytesIO(b"second").read, Checksum("sha1", bytes(20))), NOW)

    assert partial.path_of(upload.pk).read_bytes() == b"firstsecond"
    assert receiving.look_at(upload, NOW) == 5
    assert partial.path_of(upload.pk).read_bytes() == b"first"


def sync_that_kills() -> Callable[[int], None]:
    """Return an fsync that does its work twice, for the note and its folder, and kills where the bytes are to be."""
    sync, calls = os.fsync, iter(range(100))

    def kill_at_the_third(descriptor: int) -> None:
        if next(calls) >= 2:
            raise Killed
        sync(descriptor)

    return kill_at_the_third


@pytest.mark.django_db
def test_on_a_full_disk_what_fitted_stays_and_the_upload_goes_on(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begun(owner, jpeg())
    room = iter([64, 36])

    def write(self: partial.FileIO, data: memoryview) -> int:
        if (fits := next(room, 0)) == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(self.fileno(), data[:fits])

    with monkeypatch.context() as patched, pytest.raises(DiskFull):
        patched.setattr(partial, "FileIO", type("SmallDisk", (partial.FileIO,), {"write": write}))
        receiving.receive(upload, whole(jpeg()), NOW)
    offset = receiving.look_at(upload, NOW)
    receiving.receive(upload, Piece(offset, len(jpeg()) - 100, BytesIO(jpeg()[100:]).read), NOW)

    assert offset == 100
    assert storage.path_of(Photo.objects.get().original).read_bytes() == jpeg()


@pytest.mark.django_db(transaction=True)
def test_two_that_send_the_last_byte_make_one_photo(owner: User, media: Path) -> None:
    upload = begun(owner, jpeg())

    def send() -> None:
        receiving.receive(IncomingUpload.objects.get(pk=upload.pk), whole(jpeg()), NOW)

    raised = at_once(send, send, send)

    assert {type(problem).__name__ for problem in raised} <= {"UploadLocked", "OffsetMismatch"}
    assert len(raised) == 2
    assert Photo.objects.count() == 1
    assert [path.parent.parent.name for path in files_below(media)] == ["originals"]


@pytest.mark.django_db
def test_what_was_finished_between_looking_and_locking_is_answered_as_finished(owner: User) -> None:
    upload = begun(owner, jpeg())
    early = IncomingUpload.objects.get()
    receiving.receive(upload, whole(jpeg()), NOW)

    offset = receiving.look_at(early, NOW)

    assert offset == len(jpeg())
    assert early.photo == Photo.objects.get()


@pytest.mark.django_db
def test_after_its_photo_was_deleted_for_good_an_upload_is_gone(owner: User) -> None:
    upload = begun(owner, jpeg())
    receiving.receive(upload, whole(jpeg()), NOW)
    Photo.objects.get().delete()
    upload.refresh_from_db()

    with pytest.raises(UploadGone):
        receiving.look_at(upload, NOW)


@pytest.mark.django_db
def test_uploads_expire_a_day_after_their_last_piece(owner: User, media: Path) -> None:
    upload = begun(owner, b"x" * 20)
    receiving.receive(upload, Piece(0, 5, BytesIO(b"first").read), NOW + timedelta(hours=2))

    kept = upkeep.expire(LATER)
    gone = upkeep.expire(LATER + timedelta(hours=2))

    assert (kept, gone) == (0, 1)
    assert not IncomingUpload.objects.exists()
    assert files_below(media) == []


@pytest.mark.django_db
def test_what_is_being_written_does_not_expire(owner: User) -> None:
    upload = begun(owner, b"x" * 20)

    with partial.held(upload.pk):
        gone = upkeep.expire(LATER)

    assert gone == 0
    assert IncomingUpload.objects.exists()


@pytest.mark.django_db
def test_of_a_finished_upload_only_the_row_expires(owner: User, media: Path) -> None:
    receiving.receive(begun(owner, jpeg()), whole(jpeg()), NOW)

    gone = upkeep.expire(LATER)

    assert gone == 1
    assert Photo.objects.count() == len(files_below(media)) == 1


@pytest.mark.django_db
def test_where_the_disk_is_away_nothing_expires(owner: User, media: Path) -> None:
    accept_upload(ContentFile(jpeg(), name="a.jpg"), owner, NOW)
    begun(owner, b"x" * 20)
    (media / storage.MARKER).unlink()

    assert upkeep.expire(LATER) == upkeep.take_in_complete(LATER) == 0
    assert IncomingUpload.objects.exists()


@pytest.mark.django_db
def test_files_that_crashes_left_go_after_two_days_and_those_of_uploads_stay(owner: User, media: Path) -> None:
    assert media
    upload = begun(owner, b"x" * 20)
    folder = storage.prepare()
    stray, fresh = folder / "abc.upload", folder / "def.upload"
    for path, age in ((stray, 49), (fresh, 1), (partial.path_of(upload.pk), 23)):
        path.touch()
        moment = (NOW - timedelta(hours=age)).timestamp()
        os.utime(path, (moment, moment))

    gone = upkeep.expire(NOW)

    assert gone == 1
    assert {path.name for path in folder.iterdir()} == {"def.upload", upload.pk.hex}


@pytest.mark.django_db
def test_an_old_photo_that_is_being_linked_is_no_leftover(media: Path, tmp_path: Path) -> None:
    assert media
    incoming = storage.prepare() / "abc"
    (tmp_path / "a.jpg").write_bytes(b"taken long ago")
    os.utime(tmp_path / "a.jpg", (0, 0))
    incoming.hardlink_to(tmp_path / "a.jpg")

    assert upkeep.expire(NOW) == 0
    assert incoming.exists()


@pytest.mark.django_db
def test_an_upload_on_its_way_is_no_stray_to_the_integrity_check(owner: User, media: Path) -> None:
    assert media
    upload = begun(owner, b"x" * 20)
    old = (NOW - timedelta(hours=5)).timestamp()
    for path in (partial.path_of(upload.pk), storage.prepare() / "abc"):
        path.touch()
        os.utime(path, (old, old))

    found = [fault.name for fault in integrity.faults(NOW)]

    assert found == [".incoming/abc"]


def test_a_file_is_held_once(media: Path) -> None:
    pk = IncomingUpload().pk
    (media / storage.INCOMING).mkdir(parents=True)
    (media / storage.MARKER).touch()
    partial.create(pk)

    with partial.held(pk), pytest.raises(UploadLocked), partial.held(pk):
        pass
    with partial.held(pk) as again:
        assert again.size == 0
