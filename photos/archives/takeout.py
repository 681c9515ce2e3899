"""Archives of Google's Takeout that are uploaded one by one: what one tells of photos in another finds them.

Notes on photos that are not in their archive, and where each photo lay, are remembered for a week. So the parts may
come in any order, also two at once: whoever ends last brings together what belongs together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from django.db import transaction

from accounts.models import User
from photos import storage
from photos.accepted import Accepted
from photos.archives.directory import Entry
from photos.archives.outcomes import Kind, Outcome
from photos.archives.unpacking import BROKEN, EntryFile, Unpacker, not_for_people
from photos.arrival import Arrival
from photos.companions import add_sidecar
from photos.imports.importing import put_into_albums
from photos.imports.takeout import ROOT
from photos.imports.takeout_names import NotesByName, key_of_notes, keys_of_photo
from photos.imports.takeout_notes import Notes, album_title_in, notes_in, whole_name, with_notes
from photos.models import Photo, TakeoutNote, TakeoutPhoto
from photos.models.takeout import MOST_BYTES
from photos.names import clean_folder, clean_name
from photos.spool import FileInPlace, spool
from photos.tasks import queue_photos
from photos.uploads import accept_upload
from photos.videos import is_film

LARGEST = 64 * 2**10  # of a note that is remembered; they have two
ELSEWHERE = "Google's notes on a file that is not in this archive: the one that has it finds them, for a week."
TOO_LARGE = "It is too large for notes on a photo."
TOO_MANY = "256 MB of notes wait for their photos already. Send the archives with the photos, or wait a week."


def in_order(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Put Google's notes first, so that they are known when their photos come, and films behind all photos."""
    has_notes = _is_takeout(entries)
    return sorted(entries, key=lambda entry: (not (has_notes and _is_note(entry)), is_film(PurePosixPath(entry.path))))


def unpacker_of(archive: ZipFile, entries: Sequence[Entry], owner: User) -> Unpacker:
    return (TakeoutUnpacker if _is_takeout(entries) else Unpacker)(archive, entries, owner)


class TakeoutUnpacker(Unpacker):
    """Takes the files of one archive of a Takeout, each with what Google tells of it."""

    def __init__(self, archive: ZipFile, entries: Sequence[Entry], owner: User) -> None:
        super().__init__(archive, entries, owner)
        notes: dict[str, list[Path]] = defaultdict(list)
        self._photos: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            if entry.refusal or not_for_people(entry):
                continue
            if _is_note(entry):
                notes[entry.folder].append(Path(entry.path))
            else:
                self._photos[entry.folder].append(entry.name)
        self._notes = {folder: NotesByName(paths) for folder, paths in notes.items()}
        self._told: dict[str, set[Path]] = {}

    def take(self, entry: Entry, now: datetime, room: int) -> Outcome:
        if entry.refusal or not_for_people(entry):
            return super().take(entry, now, room)
        if _is_note(entry):
            return self._read(entry, now)
        if (notes := self._about(entry)) and notes.trashed:
            return Outcome(Kind.LEFT, entry.path, "It was in the trash at Google's.")
        return super().take(entry, now, room)

    def through_the_door(self, file: EntryFile, entry: Entry, now: datetime) -> Accepted:
        notes, arrival, name = self._about(entry), self.arrival_of(entry), entry.name
        with ExitStack() as stack:
            stack.callback(storage.tidy, incoming := spool(file))
            if notes:
                arrival, name = with_notes(arrival, notes, incoming, name, now), whole_name(name, notes)
            whole = stack.enter_context(FileInPlace(incoming, name))
            accepted = accept_upload(whole, self.owner, now, queued=True, arrival=arrival)
        folder = clean_folder(entry.folder)
        facts = {"photo": accepted.photo, "created_at": now}
        with transaction.atomic():
            titles = TakeoutNote.objects.titles(self.owner.pk, folder)
            put_into_albums(self.owner, {title: [accepted.photo.pk] for title in titles})
            where = {"owner": self.owner, "folder": folder, "name": clean_name(entry.name)}
            first = {"is_new": accepted.created and not accepted.joined, "is_told": bool(notes) and accepted.created}
            TakeoutPhoto.objects.update_or_create(**where, defaults=facts, create_defaults=facts | first)
        return accepted

    def finish(self, clock: Callable[[], datetime], until: datetime) -> bool:
        is_over = False
        untold = TakeoutPhoto.objects.untold_of(self.owner.pk)
        for pk, folder, name in untold.values_list("pk", "folder", "name"):
            row = TakeoutNote.objects.of_photo(self.owner.pk, folder, list(keys_of_photo(name)))
            if not (row and (notes := notes_in(row.said.encode()))):
                continue
            if is_over:
                return True
            for lying in untold.select_related("photo").filter(pk=pk):
                _tell(lying, notes, clock())
            is_over = clock() >= until  # not before: each turn gets on, however many there are that nothing is told of
        return False

    def _about(self, entry: Entry) -> Notes | None:
        """Find what Google tells of a file, in this archive or in one that came before."""
        by_name = self._notes.get(entry.folder)
        if by_name and (path := by_name.of(entry.name)):
            return notes_in(self._bytes_of(self.entries[path]))
        row = TakeoutNote.objects.of_photo(self.owner.pk, clean_folder(entry.folder), list(keys_of_photo(entry.name)))
        return notes_in(row.said.encode()) if row else None

    def _read(self, entry: Entry, now: datetime) -> Outcome:
        """Understand a JSON file, and remember what another archive may need of it."""
        data, folder = self._bytes_of(entry), clean_folder(entry.folder)
        if (title := album_title_in(data)) is not None:
            with transaction.atomic():
                if not self._remember(entry, title, now, is_album=True):
                    return Outcome(Kind.LEFT, entry.path, TOO_MANY)
                if title:
                    put_into_albums(self.owner, {title: TakeoutPhoto.objects.photo_ids(self.owner.pk, folder)})
            return Outcome(Kind.SIDECAR)
        if notes_in(data) is None:
            return Outcome(Kind.LEFT, entry.path, "It tells of no photo and no album." if data else TOO_LARGE)
        if self._tells_of_this_archive(entry):
            return Outcome(Kind.SIDECAR)
        is_kept = self._remember(entry, (data or b"").decode(errors="replace"), now)
        return Outcome(Kind.LEFT, entry.path, ELSEWHERE if is_kept else TOO_MANY)

    def _tells_of_this_archive(self, entry: Entry) -> bool:
        if entry.folder not in self._told:
            by_name = self._notes[entry.folder]
            self._told[entry.folder] = {path for name in self._photos[entry.folder] if (path := by_name.of(name))}
        return Path(entry.path) in self._told[entry.folder]

    @cached_property
    def _held(self) -> int:
        """The bytes of all notes of the owner, asked once a turn; what another archive adds meanwhile is not in it."""
        return TakeoutNote.objects.bytes_of(self.owner.pk)

    def _remember(self, entry: Entry, said: str, now: datetime, is_album: bool = False) -> bool:
        """Keep a note for other archives; False, and nothing kept, where the owner's would be too many bytes."""
        base, number = key_of_notes(entry.name)
        folder, base = clean_folder(entry.folder), base[:255]
        key: dict[str, Any] = {"owner": self.owner, "folder": folder, "base": base, "number": number}
        key["is_album"] = is_album
        size = TakeoutNote.size_of(folder, base, said)
        with transaction.atomic():
            before = TakeoutNote.objects.filter(**key).values_list("size", flat=True).first() or 0
            if size > before and self._held + size - before > MOST_BYTES:
                return False
            TakeoutNote.objects.update_or_create(**key, defaults={"said": said, "size": size, "created_at": now})
        self._held += size - before
        return True

    def _bytes_of(self, entry: Entry) -> bytes | None:
        try:
            with self.archive.open(entry.info) as file:
                data = file.read(LARGEST + 1)
        except BROKEN:
            return None
        return data if len(data) <= LARGEST else None


def _tell(lying: TakeoutPhoto, notes: Notes, now: datetime) -> None:
    """Bring notes that came later to their photo: what a person has said of it meanwhile stays."""
    photo = lying.photo
    for sidecar in with_notes(Arrival(), notes, storage.path_of(photo.original), lying.name, now).sidecars:
        add_sidecar(photo, sidecar)
    with transaction.atomic():
        held = Photo.objects.select_for_update().get(pk=photo.pk)
        if lying.is_new:
            held.favorite, held.archived = held.favorite or notes.favorite, held.archived or notes.archived
            if held.original_name == lying.name:
                held.original_name = whole_name(lying.name, notes)
            held.save(update_fields=["favorite", "archived", "original_name", "updated_at"])
            if notes.trashed:
                held.trash(now)
        lying.is_told = True
        lying.save(update_fields=["is_told"])
    queue_photos([photo.pk])


def _is_note(entry: Entry) -> bool:
    return entry.path.lower().endswith(".json")


def _is_takeout(entries: Sequence[Entry]) -> bool:
    return any(entry.path.startswith(f"{ROOT}/") for entry in entries)
