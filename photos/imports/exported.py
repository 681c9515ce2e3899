"""An export of ours as a source: its photos come back with all that was known of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from rest_framework.exceptions import APIException

from photos import images
from photos.archives.unpacking import TOO_MUCH, Damaged, TooMuch
from photos.arrival import Arrival, Sidecar
from photos.beside import keep_copy
from photos.exports.journal import HEADER, RECORDS
from photos.exports.records import FORMAT
from photos.imports.found import Altered, Candidate, Entry, LeftOut
from photos.imports.stories import ExportedStory, moment_in
from photos.models import PhotoFile
from photos.picture_columns import picture_columns

AT_ONCE = 500
LARGEST_HEADER = 512 * 2**20
LARGEST_SIDECAR = 64 * 2**20
TOO_LARGE = "A sidecar of more than 64 MB, which is no photo's notes. Its photo comes without it."


class NotAnExport(Exception):  # noqa: N818 - what is wrong with it
    """A folder that should hold an export of ours holds none that is whole."""


class Place(Protocol):
    """Where an export lies; its files are named by paths that `at` makes of what its record says."""

    def at(self, name: str) -> Path:
        """Return the path of a file; raises LookupError or ValueError for one that is not there."""

    def read(self, path: Path, limit: int) -> bytes | None:
        """Return the bytes of a small file, None where it has more than `limit`; raises OSError."""

    def opened(self, path: Path) -> AbstractContextManager[IO[bytes]]:
        """Open a file to be read once; raises OSError."""

    def holding(self, path: Path) -> AbstractContextManager[Path]:
        """Lend a file as one on a disk; raises as the door of uploads does."""


class Unpacked:
    """An export in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def at(self, name: str) -> Path:
        path = (self._root / name).resolve()
        if self._root.resolve() not in path.parents:
            raise ValueError("a path leads out of the export")
        return path

    def read(self, path: Path, limit: int) -> bytes | None:
        return path.read_bytes() if path.stat().st_size <= limit else None

    def opened(self, path: Path) -> AbstractContextManager[IO[bytes]]:
        return path.open("rb")

    def holding(self, path: Path) -> AbstractContextManager[Path]:
        return nullcontext(path)


def is_export(path: Path) -> bool:
    return (path / HEADER).is_file() or (path / RECORDS).is_file()


@dataclass(frozen=True)
class ExportSource:
    """A folder that `manage.py export` has written, or a ZIP. Raises NotAnExport before it yields anything."""

    root: Path
    zipped: Place | None = None

    @cached_property
    def _place(self) -> Place:
        return self.zipped or Unpacked(self.root)

    @cached_property
    def header(self) -> dict[str, Any]:
        path = self.root / HEADER
        try:
            data = self._place.read(self._place.at(HEADER), LARGEST_HEADER)
        except (OSError, LookupError) as exc:
            told = f"The export in {self.root} broke off: let manage.py export end it first."
            raise NotAnExport(told) from exc
        try:
            header = json.loads(data) if data is not None else None
        except ValueError:
            header = None
        if not (isinstance(header, dict) and isinstance(header.get("groups"), dict)):
            raise NotAnExport(f"{path} is damaged.")
        if header.get("format") != FORMAT:
            raise NotAnExport(f"{path} was written by another version of Cloudzy.")
        if self._sha256_of_records() != header.get("records_sha256"):
            raise NotAnExport(f"{self.root / RECORDS} is damaged: it is not what was exported.")
        return header

    def _sha256_of_records(self) -> str:
        try:
            with self._place.opened(self._place.at(RECORDS)) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except (OSError, LookupError):
            return ""

    def count(self) -> int:
        return int(self.header["photos"])

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        for group in self.header["groups"].get("albums", []):
            yield group["title"], group["photos"]

    def folders(self) -> Iterator[Iterable[Entry]]:
        assert self.header  # noqa: S101 - read first, for what it raises
        with self._place.opened(self._place.at(RECORDS)) as file:
            next(file, b"")
            while some := list(islice(file, AT_ONCE)):
                yield self._entries(map(json.loads, some))

    def _entries(self, records: Iterable[dict[str, Any]]) -> Iterator[Entry]:
        for record in records:
            entry, *too_large = self._told_by(record)
            yield from too_large
            with ExitStack() as lending:
                try:
                    if isinstance(entry, Candidate) and self.zipped:
                        entry = replace(entry, lent=lending.enter_context(self._place.holding(entry.path)))
                except (Damaged, TooMuch) as exc:
                    entry = LeftOut(entry.path, str(exc) or TOO_MUCH, failed=True)
                except APIException as exc:
                    if exc.status_code >= 500:
                        raise
                    entry = LeftOut(entry.path, str(exc.detail), failed=True)
                yield entry

    def _told_by(self, record: dict[str, Any]) -> Sequence[Candidate | LeftOut]:
        """Return what becomes of a record, and behind it the sidecars that are not taken."""
        try:
            path = self._place.at(record["path"])
            files = {self._place.at(file["path"]): file for file in record["files"]}
            notes = {found: self._place.read(found, LARGEST_SIDECAR) for found in files if _is_read(files[found])}
            arrival = Arrival(
                moment_in(record["file_modified_at"]),
                record["folder"],
                tuple(Sidecar(files[found]["name"], data) for found, data in notes.items() if data is not None),
                story := ExportedStory(record),
            )
            others = [(found, file) for found, file in files.items() if found not in notes]
        except OSError as exc:
            return [LeftOut(self.root / record["path"], f"It cannot be read: {exc.strerror}.", failed=True)]
        except (KeyError, TypeError, ValueError) as exc:
            return [LeftOut(self.root / RECORDS, f"A record of it cannot be read: {exc!r}.", failed=True)]

        def keep(undo: ExitStack) -> None:
            story.files = [self._kept(found, file, undo) for found, file in others]

        told = {"name": record["original_name"], "sha256": record["sha256"], "keep": keep if others else None}
        too_large = [LeftOut(found, TOO_LARGE, failed=True) for found, data in notes.items() if data is None]
        beside = tuple(found for found in files if notes.get(found, b"") is not None)
        return [Candidate(path, arrival, beside, **told, sha256_of=self._sha256_of), *too_large]

    def _sha256_of(self, path: Path) -> str:
        with self._place.opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]

    def _kept(self, path: Path, file: dict[str, Any], undo: ExitStack) -> PhotoFile:
        with self._place.holding(path) as at:
            return _kept(at, path.suffix.lower(), file, undo)


def _is_read(file: dict[str, Any]) -> bool:
    """Tell whether it is a sidecar of which a photo knows something; one that came with a merge is only kept."""
    return file["kind"] == PhotoFile.Kind.SIDECAR and not file.get("inherited_at")


def _kept(source: Path, suffix: str, file: dict[str, Any], undo: ExitStack) -> PhotoFile:
    """Keep a file that belongs to a photo until `undo` says otherwise; raises Altered, and as images.inspect."""
    kind = PhotoFile.Kind(file["kind"])
    row = keep_copy(source, kind, str(file["name"]), suffix, undo)
    if row.sha256 != file["sha256"]:
        raise Altered
    row.inherited_at = moment_in(file.get("inherited_at"))
    if kind in PhotoFile.VERSIONS:
        info = images.inspect(source, settings.CLOUDZY_MAX_PIXELS)
        for column, value in picture_columns(info).items():
            setattr(row, column, value)
    return row
