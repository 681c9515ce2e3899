"""Fault 23 and what else a ZIP may hold: each file is taken, or named with the reason."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from accounts.models import User
from jobs.models import Run
from jobs.worker import Worker
from photos import integrity, storage
from photos.archives import directory, importing, unpacking
from photos.archives.tasks import go_on_importing
from photos.errors import DiskFull, QuotaExceeded
from photos.models import ArchiveImport, IncomingUpload, Photo
from photos.resumable import receiving, upkeep
from photos.resumable.receiving import Piece
from photos.tests.factories import at
from photos.tests.pictures import encoded, jpeg, noise, plain, truncated
from photos.tests.requesting import files_below
from photos.tests.resuming import metadata
from photos.tests.zipped import encrypted, promising, understated, with_link, with_two_ends, zipped
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db
NOW = at("2024-05-01 12:00")
NOTES, OTHERS, MORE = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='%s'/>" % name for name in (b"one", b"other", b"third")
)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


def sent(owner: User, data: bytes, name: str = "photos.zip") -> ArchiveImport:
    """Upload an archive; its import has not begun yet."""
    told = metadata(filename=name, kind="archive")["Upload-Metadata"]
    upload = receiving.begin(owner, len(data), told, NOW)
    receiving.receive(upload, Piece(0, len(data), BytesIO(data).read), NOW)
    return ArchiveImport.objects.latest("pk")


def imported(owner: User, data: bytes) -> ArchiveImport:
    archive = sent(owner, data)
    while importing.go_on(archive, lambda: NOW):
        pass
    archive.refresh_from_db()
    return archive


def taken(owner: User, data: bytes, name: str) -> int:
    return accept_upload(ContentFile(data, name), owner, NOW).photo.pk


def left(archive: ArchiveImport) -> dict[str, str]:
    return {entry.path: entry.why for entry in archive.left_entries.all()}


def test_the_photos_of_an_archive_are_taken_in_with_folder_time_and_notes(owner: User, media: Path) -> None:
    notes = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    archive = imported(
        owner, zipped({"2019/Rome/a.jpg": jpeg(), "2019/Rome/a.jpg.xmp": notes, "b.png": encoded(plain(), "PNG")})
    )

    first, second = Photo.objects.order_by("pk")
    assert (archive.state, archive.total, archive.done) == ("done", 3, 3)
    assert (archive.added, archive.sidecars, archive.failed, archive.left) == (2, 1, 0, 0)
    assert (first.original_name, first.folder, second.folder) == ("a.jpg", "2019/Rome", "")
    assert first.file_modified_at == datetime(2019, 5, 21, 10, 45, 52, tzinfo=UTC)
    assert [file.name for file in first.files.all()] == ["a.jpg.xmp"]
    assert storage.path_of(first.original).read_bytes() == jpeg()
    assert list((media / ".incoming").iterdir()) == []
    assert list(integrity.faults(NOW + timedelta(hours=5))) == []


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "a/../../b.jpg", "C:/evil.jpg", "..\\evil.jpg"])
def test_23_a_path_that_leads_out_is_refused_and_the_others_are_taken(owner: User, media: Path, name: str) -> None:
    outside = {path for path in media.parent.rglob("*") if "media" not in path.parts}

    archive = imported(owner, zipped({name: jpeg(), "good.jpg": jpeg(colour="blue")}))

    assert list(left(archive).values()) == ["Its path leads out of the archive."]
    assert [photo.original_name for photo in Photo.objects.all()] == ["good.jpg"]
    assert {path for path in media.parent.rglob("*") if "media" not in path.parts} == outside
    assert (archive.added, archive.failed) == (1, 1)


def test_23_a_symbolic_link_is_not_followed(owner: User) -> None:
    archive = imported(owner, with_link("a.jpg", "/etc/passwd"))

    assert left(archive) == {"a.jpg": "It is a symbolic link, or no ordinary file."}


def test_23_what_is_encrypted_is_named(owner: User) -> None:
    archive = imported(owner, encrypted(zipped({"a.jpg": jpeg()})))

    assert left(archive) == {"a.jpg": "It is encrypted."}


def test_23_an_archive_in_the_archive_is_not_opened(owner: User) -> None:
    archive = imported(owner, zipped({"inner.zip": zipped({"a.jpg": jpeg()}), "inner.jpg": zipped({"a.jpg": jpeg()})}))

    assert "an archive itself" in left(archive)["inner.zip"]
    assert "a ZIP archive" in left(archive)["inner.jpg"]
    assert not Photo.objects.exists()


def test_23_a_file_that_would_unpack_to_far_more_than_it_is_is_not_unpacked(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "SMALL", 100_000)
    bomb = encoded(plain((2000, 2000)), "BMP")

    archive = imported(owner, zipped({"bomb.bmp": bomb, "good.jpg": jpeg()}, zipfile.ZIP_DEFLATED))

    assert list(left(archive)) == ["bomb.bmp"]
    assert "far more than it is" in left(archive)["bomb.bmp"]
    assert archive.added == 1


def test_23_all_of_it_together_unpacks_to_a_bounded_amount(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 0)
    files = {f"{number}.bmp": encoded(plain((300, 300), f"#0000{number:02x}"), "BMP") for number in range(20)}

    archive = imported(owner, zipped(files, zipfile.ZIP_DEFLATED))

    assert archive.state == "stopped"
    assert "far more" in archive.problem
    assert archive.unpacked <= 10 * archive.bytes
    assert Photo.objects.count() == archive.added < 20


def test_a_list_of_files_longer_than_anybody_needs_is_not_read(owner: User) -> None:
    for count, size in ((10**6, 1000), (10, 2**40)):
        with pytest.raises(directory.NotAnArchive):
            sent(owner, promising(count, size))

    assert not ArchiveImport.objects.exists()


@pytest.mark.parametrize("disguised", [understated, with_two_ends])
def test_a_list_that_is_longer_than_its_end_says_is_not_read(
    owner: User, monkeypatch: pytest.MonkeyPatch, disguised: Callable[[bytes], bytes]
) -> None:
    data = disguised(zipped({f"{number}.jpg": b"" for number in range(5)}))
    assert len(zipfile.ZipFile(BytesIO(data)).filelist) == 5  # which believes the list
    monkeypatch.setattr(directory, "MAX_ENTRIES", 4)

    with pytest.raises(directory.NotAnArchive, match="more than 4 files"):
        sent(owner, data)


@pytest.mark.parametrize("data", [b"PK", b"no archive", jpeg(), zipped({"a.jpg": jpeg()})[:-30]])
def test_what_is_no_archive_is_refused_at_the_door(owner: User, media: Path, data: bytes) -> None:
    with pytest.raises(directory.NotAnArchive):
        sent(owner, data)

    assert files_below(media) == []
    assert IncomingUpload.objects.get().refusal


def test_each_kind_of_file_that_is_no_photo_is_told_apart(owner: User) -> None:
    archive = imported(
        owner,
        zipped(
            {
                "notes.txt": b"words",
                ".hidden.jpg": jpeg(),
                "__MACOSX/._a.jpg": b"x",
                "Thumbs.db": b"x",
                "cut.jpg": truncated(encoded(noise(), "JPEG"), 0.9),
                "empty.jpg": b"",
            }
        ),
    )

    failed = {entry.path for entry in archive.left_entries.filter(failed=True)}
    assert failed == {"cut.jpg", "empty.jpg"}
    assert (archive.left, archive.failed) == (4, 2)


def test_a_damaged_file_is_named_and_the_next_is_taken(owner: User) -> None:
    data = bytearray(zipped({"a.jpg": jpeg(), "b.jpg": jpeg(colour="blue")}))
    data[100] ^= 0xFF

    archive = imported(owner, bytes(data))

    assert "damaged" in left(archive)["a.jpg"]
    assert archive.added == 1


def test_sidecars_are_counted_where_they_are_kept_and_named_where_not(owner: User) -> None:
    there = Photo.objects.get(pk=taken(owner, jpeg(), "there.jpg"))
    archive = imported(
        owner,
        zipped(
            {"a.xmp": NOTES, "a.jpg": jpeg(colour="blue"), "there.jpg": jpeg(), "there.jpg.xmp": OTHERS, "no.xmp": MORE}
        ),
    )

    assert (archive.added, archive.there, archive.sidecars) == (1, 1, 2)
    assert [file.name for file in there.files.all()] == ["there.jpg.xmp"]
    assert left(archive).keys() == {"no.xmp"}


def test_a_damaged_sidecar_keeps_no_photo_out(owner: User) -> None:
    data = zipped({"a.jpg": jpeg(), "a.jpg.xmp": NOTES})
    archive = imported(owner, data.replace(NOTES, NOTES[::-1], 1))

    assert (archive.added, archive.sidecars, archive.failed) == (1, 0, 1)
    assert left(archive)["a.jpg.xmp"].startswith("It is damaged")


def test_bytes_one_has_are_told_as_there_and_those_in_the_trash_come_back(
    owner: User, make_photo: Callable[..., Photo]
) -> None:
    there, trashed = make_photo(), make_photo(trashed=True)
    files = {"a.jpg": storage.path_of(there.original), "b.jpg": storage.path_of(trashed.original)}

    archive = imported(owner, zipped({name: path.read_bytes() for name, path in files.items()}))

    assert (archive.added, archive.there, archive.restored) == (0, 1, 1)


def test_names_that_are_utf8_without_saying_so_are_read(owner: User) -> None:
    data = zipped({"#ue#.jpg": jpeg()}).replace(b"#ue#", "Ü..".encode().replace(b".", b"x"))

    imported(owner, data)

    assert Photo.objects.get().original_name == "Üxx.jpg"


def test_an_import_takes_its_turns_and_goes_on_where_it_was(owner: User) -> None:
    archive = sent(owner, zipped({f"{n}.jpg": jpeg(comment=f"{n}") for n in range(3)}))
    ticks = iter([NOW, NOW, NOW + importing.TURN, *[NOW] * 10])

    first = importing.go_on(archive, lambda: next(ticks))
    done_then = ArchiveImport.objects.get().done
    second = importing.go_on(ArchiveImport.objects.get(), lambda: NOW)

    assert (first, done_then, second) == (True, 1, False)
    assert Photo.objects.count() == ArchiveImport.objects.get().added == 3


def test_killed_between_photo_and_count_an_import_makes_no_photo_twice(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg(), "b.jpg": jpeg(colour="blue")}))
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(ArchiveImport, "advance", killed)
        importing.go_on(archive, lambda: NOW)

    importing.go_on(ArchiveImport.objects.get(), lambda: NOW)

    archive.refresh_from_db()
    assert Photo.objects.count() == 2
    assert (archive.state, archive.done, archive.added + archive.there) == ("done", 2, 2)


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def test_a_file_that_ends_whoever_reads_it_is_left_after_three(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg(), "b.jpg": jpeg(colour="blue")}))
    with monkeypatch.context() as patched:
        patched.setattr(unpacking, "accept_upload", killed)
        for _ in range(3):
            with pytest.raises(Killed):
                importing.go_on(ArchiveImport.objects.get(), lambda: NOW)

    importing.go_on(ArchiveImport.objects.get(), lambda: NOW)

    assert left(archive) == {"a.jpg": importing.FATAL}
    assert [photo.original_name for photo in Photo.objects.all()] == ["b.jpg"]


def test_on_a_full_disk_it_waits_and_goes_on_by_itself(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg()}))

    def full(*_: Any, **__: Any) -> None:
        raise DiskFull

    with monkeypatch.context() as patched:
        patched.setattr(unpacking, "accept_upload", full)
        for _ in range(5):
            importing.go_on(ArchiveImport.objects.get(), lambda: NOW)
    waiting = ArchiveImport.objects.get()
    importing.go_on(waiting, lambda: NOW)

    archive.refresh_from_db()
    assert (archive.state, archive.added, archive.problem) == ("done", 1, "")


def test_where_its_owner_may_keep_no_more_it_stops_and_says_so(owner: User, settings: Settings) -> None:
    settings.CLOUDZY_MAX_PHOTOS = 1

    archive = imported(owner, zipped({"a.jpg": jpeg(), "b.jpg": jpeg(colour="blue")}))

    assert (archive.state, archive.added, archive.done) == ("stopped", 1, 1)
    assert "You may keep 1 photo here" in archive.problem


def test_archives_that_wait_count_for_the_next_upload(owner: User, settings: Settings) -> None:
    settings.CLOUDZY_QUOTA_MB = 1
    data = zipped({"a.bin": bytes(600_000)})
    archive = sent(owner, data)
    with pytest.raises(QuotaExceeded):
        sent(owner, data)
    importing.end(archive, NOW, cancelled=True)

    sent(owner, data)

    assert ArchiveImport.objects.count() == 2


def test_cancelled_it_takes_no_more(owner: User, media: Path) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg()}))
    running = ArchiveImport.objects.get()

    importing.end(archive, NOW, cancelled=True)
    more = importing.go_on(running, lambda: NOW)

    assert not more
    assert ArchiveImport.objects.get().state == "cancelled"
    assert list((media / ".incoming").iterdir()) == []


def test_a_worker_does_it_and_a_lost_job_is_queued_again(owner: User) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg()}))
    Run.objects.all().delete()
    worker = Worker("a")

    go_on_importing(NOW)
    while worker.step():
        pass

    archive.refresh_from_db()
    assert archive.state == "done"
    assert Photo.objects.get().status == Photo.Status.READY


def test_its_file_stays_as_long_as_it_is_open(owner: User, media: Path) -> None:
    archive = sent(owner, zipped({"a.jpg": jpeg()}))

    gone = upkeep.expire(NOW + timedelta(days=30))

    assert gone == 1  # the row of the upload
    assert storage.path_of(archive.stored).exists()
    assert list(integrity.faults(NOW + timedelta(days=30))) == []
    assert len(files_below(media)) == 1
