"""Archives of Google's Takeout, uploaded one by one: what one tells of photos in another finds them, in any order."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos import integrity, pipeline
from photos.archives import importing
from photos.archives import takeout as parts
from photos.archives.directory import Entry
from photos.archives.tasks import forget_takeouts
from photos.grouping import groupings
from photos.imports.takeout_notes import Notes
from photos.models import ArchiveImport, Photo, TakeoutNote, TakeoutPhoto
from photos.resumable import receiving
from photos.resumable.receiving import Piece
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.resuming import metadata
from photos.tests.together import at_once
from photos.tests.zipped import zipped

pytestmark = pytest.mark.django_db
NOW = at("2024-05-01 12:00")
TAKEN = {"timestamp": "1558428352"}  # 2019-05-21 08:45:52 UTC

Send = Callable[[dict[str, bytes]], ArchiveImport]


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


class Killed(BaseException):
    """The process ends here."""


def upload(owner: User, files: dict[str, bytes]) -> ArchiveImport:
    data = zipped({f"Takeout/Google Photos/{name}": said for name, said in files.items()})
    told = metadata(filename="takeout-001.zip", kind="archive")["Upload-Metadata"]
    incoming = receiving.begin(owner, len(data), told, NOW)
    receiving.receive(incoming, Piece(0, len(data), BytesIO(data).read), NOW)
    return ArchiveImport.objects.latest("pk")


@pytest.fixture
def send(owner: User) -> Send:
    """Upload an archive of Takeout with these files, take it in and analyse what came."""

    def once(files: dict[str, bytes]) -> ArchiveImport:
        archive = upload(owner, files)
        while importing.go_on(archive, lambda: NOW):
            pass
        for photo in Photo.objects.filter(status="queued"):
            pipeline.analyse(photo, NOW)
        archive.refresh_from_db()
        return archive

    return once


def notes(title: str, **said: Any) -> bytes:
    return json.dumps({"title": title, "photoTakenTime": TAKEN} | said).encode()


def album(title: str) -> bytes:
    return json.dumps({"title": title}).encode()


def albums() -> dict[str, list[str]]:
    (grouping,) = [grouping for grouping in groupings() if grouping.kind == "albums"]
    names = dict(Photo.objects.values_list("pk", "original_name"))
    return {names[pk]: list(titles) for pk, titles in grouping.titles(names).items()}


def test_google_s_notes_on_a_photo_in_the_same_archive_come_with_it(send: Send, media: Path) -> None:
    archive = send(
        {
            "Boats/x.jpg": jpeg(),
            "Boats/x-edited.jpg": jpeg(colour="blue"),
            "Boats/x.jpg.supplemental-meta.json": notes("x.jpg", description="A boat", favorited=True),
            "Boats/metadata.json": album("Boats & more"),
            "Trash/y.jpg": jpeg(colour="green"),
            "Trash/y.jpg.json": notes("y.jpg", trashed=True),
            "print-subscriptions.json": b"{}",
        }
    )

    assert (archive.added, archive.sidecars, archive.left, archive.failed) == (2, 3, 2, 0)
    assert {entry.path.rpartition("/")[2]: entry.why for entry in archive.left_entries.all()} == {
        "print-subscriptions.json": "It tells of no photo and no album.",
        "y.jpg": "It was in the trash at Google's.",
    }
    assert albums() == {"x.jpg": ["Boats & more"], "x-edited.jpg": ["Boats & more"]}
    for photo in Photo.objects.all():
        assert (photo.description, photo.favorite, photo.taken_at) == ("A boat", True, at("2019-05-21 08:45:52"))
    assert list((media / ".incoming").iterdir()) == []
    assert list(integrity.faults(NOW + timedelta(hours=5))) == []


LONG = "a photo with a name that is much longer than Google likes.jpg"
PARTS = (
    {f"Boats/{LONG[:47]}.jpg": jpeg()},
    {f"Boats/{LONG[:46]}.json": notes(LONG, description="A boat", favorited=True)},
    {"Boats/metadata.json": album("Boats")},
)


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_what_lies_in_other_archives_is_found_in_whatever_order_they_come(send: Send, order: tuple[int, ...]) -> None:
    for number in order:
        send(PARTS[number])

    photo = Photo.objects.get()
    assert photo.original_name == LONG
    assert (photo.description, photo.favorite) == ("A boat", True)
    assert photo.taken_at == at("2019-05-21 08:45:52")
    assert albums() == {LONG: ["Boats"]}
    assert photo.files.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_archives_that_are_taken_in_at_once_find_one_another(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for files in PARTS:
        upload(owner, files)
    archives = list(ArchiveImport.objects.order_by("pk"))
    looked, looks = threading.Barrier(2), list[Notes | None]()
    real = parts.TakeoutUnpacker._about

    def about(unpacker: parts.TakeoutUnpacker, entry: Entry) -> Notes | None:
        found = real(unpacker, entry)
        looks.append(found)
        if len(looks) == 2:
            looked.wait(5)  # notes on the photo were looked for, in vain, and come only now
        return found

    def told(archive: ArchiveImport) -> None:
        if archive.pk != archives[0].pk:
            looked.wait(5)
        importing.go_on(archive, lambda: NOW)

    monkeypatch.setattr(parts.TakeoutUnpacker, "_about", about)
    raised = at_once(lambda: told(archives[0]), lambda: told(archives[1]))
    importing.go_on(archives[2], lambda: NOW)

    photo = Photo.objects.get()
    assert (raised, looks) == ([], [None, None])
    assert (photo.favorite, photo.files.count()) == (True, 1)
    assert albums() == {LONG: ["Boats"]}


@pytest.mark.parametrize("after", ["accept_upload", "add_sidecar", "put_into_albums"])
def test_killed_anywhere_the_next_turn_loses_and_doubles_nothing(
    owner: User, send: Send, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    real = getattr(parts, after)

    def killed(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise Killed

    for files in PARTS[1:]:
        send(files) if after != "add_sidecar" else None
    upload(owner, PARTS[0])
    if after == "add_sidecar":
        send(PARTS[0])
        upload(owner, PARTS[1])
    with monkeypatch.context() as context, pytest.raises(Killed):
        context.setattr(parts, after, killed)
        importing.go_on(ArchiveImport.objects.latest("pk"), lambda: NOW)
    for archive in ArchiveImport.objects.open():
        importing.go_on(archive, lambda: NOW)
    send(PARTS[2])

    photo = Photo.objects.get()
    assert (photo.favorite, photo.files.count(), ArchiveImport.objects.open().count()) == (True, 1, 0)
    assert albums() == {LONG: ["Boats"]}
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_what_a_person_has_said_meanwhile_stays(send: Send) -> None:
    send(PARTS[0])
    photo = Photo.objects.get()
    photo.edit({"description": "My boat"})

    send(PARTS[1])

    assert Photo.objects.get().description == "My boat"


def test_a_photo_that_was_there_before_is_no_favorite_by_google_s_word(send: Send) -> None:
    send({"Photos from 2019/x.jpg": jpeg()})
    TakeoutPhoto.objects.all().delete()
    send({"Photos from 2019/x.jpg": jpeg()})

    send({"Photos from 2019/x.jpg.json": notes("x.jpg", favorited=True, description="A boat")})

    photo = Photo.objects.get()
    assert (photo.favorite, photo.description) == (False, "A boat")


def test_notes_whose_photo_never_comes_are_named_and_forgotten_after_a_week(send: Send) -> None:
    archive = send({"Boats/gone.jpg.json": notes("gone.jpg"), "Boats/metadata.json": album("Boats")})

    forget_takeouts(NOW + timedelta(days=6))
    kept = TakeoutNote.objects.count()
    forget_takeouts(NOW + timedelta(days=7))

    assert [entry.why for entry in archive.left_entries.all()] == [parts.ELSEWHERE]
    assert (archive.failed, kept, TakeoutNote.objects.count()) == (0, 2, 0)


def test_only_so_many_bytes_and_no_large_notes_are_remembered(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_BYTES", 1200)
    sent = {
        "Boats/metadata.json": album("Boats"),
        "a.jpg.json": notes("a.jpg"),
        "b.jpg.json": notes("b.jpg", description="long" * 500),
        "c.jpg.json": notes("c.jpg", description="long" * 20_000),
        "d.jpg.json": notes("d.jpg"),
        "Trees/metadata.json": album("Trees" * 400),
    }

    first, again = send(sent), send(sent)

    for archive in (first, again):
        assert {entry.path.rpartition("/")[2]: entry.why for entry in archive.left_entries.all()} == {
            "a.jpg.json": parts.ELSEWHERE,
            "b.jpg.json": parts.TOO_MANY,
            "c.jpg.json": parts.TOO_LARGE,
            "d.jpg.json": parts.ELSEWHERE,
            "metadata.json": parts.TOO_MANY,
        }
    assert TakeoutNote.objects.count() == 3
    assert TakeoutNote.objects.bytes_of(first.owner_id) == sum(
        TakeoutNote.size_of(note.folder, note.base, note.said) for note in TakeoutNote.objects.all()
    )


def test_how_much_is_remembered_is_asked_once_for_all_notes(send: Send) -> None:
    with CaptureQueriesContext(connection) as captured:
        send({f"{number}.jpg.json": notes(f"{number}.jpg") for number in range(5)})

    about = [query["sql"] for query in captured if '"takeout_note"' in query["sql"]]
    assert sum("SUM(" in sql for sql in about) == 1
    assert not any("COUNT(" in sql for sql in about)


def test_one_person_s_notes_never_reach_the_photos_of_another(send: Send, owner: User) -> None:
    send(PARTS[1])
    TakeoutNote.objects.update(owner=User.objects.create(username="other"))

    send(PARTS[0])

    assert Photo.objects.get(owner=owner).description == ""


def test_a_turn_that_is_over_has_told_one_and_leaves_the_others_to_the_next(send: Send, owner: User) -> None:
    send({"a.jpg": jpeg(colour="green"), "x.jpg": jpeg(), "y.jpg": jpeg(colour="blue")})
    TakeoutNote.objects.create(
        owner=owner, folder="Takeout/Google Photos", base="x.jpg", said=notes("x.jpg").decode(), created_at=NOW
    )
    TakeoutNote.objects.create(
        owner=owner, folder="Takeout/Google Photos", base="y.jpg", said=notes("y.jpg").decode(), created_at=NOW
    )
    unpacker = parts.TakeoutUnpacker.__new__(parts.TakeoutUnpacker)
    unpacker.owner = owner

    more = unpacker.finish(lambda: NOW, NOW)

    assert (more, TakeoutPhoto.objects.filter(is_told=True).count()) == (True, 1)
    assert not unpacker.finish(lambda: NOW, NOW)
    assert [lying.name for lying in TakeoutPhoto.objects.filter(is_told=False)] == ["a.jpg"]
