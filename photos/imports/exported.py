"""An export of ours as a source: its photos come back with all that was known of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from photos import images, storage
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


class NotAnExport(Exception):  # noqa: N818 - what is wrong with it
    """A folder that should hold an export of ours holds none that is whole."""


def is_export(path: Path) -> bool:
    return (path / HEADER).is_file() or (path / RECORDS).is_file()


@dataclass(frozen=True)
class ExportSource:
    """A folder that `manage.py export` has written. Raises NotAnExport before it yields anything."""

    root: Path

    @cached_property
    def header(self) -> dict[str, Any]:
        path = self.root / HEADER
        if not path.is_file():
            raise NotAnExport(f"The export in {self.root} broke off: let manage.py export end it first.")
        try:
            header = json.loads(path.read_bytes()) if path.stat().st_size <= LARGEST_HEADER else None
        except ValueError:
            header = None
        if not (isinstance(header, dict) and isinstance(header.get("groups"), dict)):
            raise NotAnExport(f"{path} is damaged.")
        if header.get("format") != FORMAT:
            raise NotAnExport(f"{path} was written by another version of Cloudzy.")
        if storage.sha256_of(self.root / RECORDS) != header.get("records_sha256"):
            raise NotAnExport(f"{self.root / RECORDS} is damaged: it is not what was exported.")
        return header

    def count(self) -> int:
        return int(self.header["photos"])

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        for group in self.header["groups"].get("albums", []):
            yield group["title"], group["photos"]

    def folders(self) -> Iterator[Iterable[Entry]]:
        assert self.header  # noqa: S101 - read first, for what it raises
        with (self.root / RECORDS).open(encoding="utf-8") as lines:
            next(lines, "")
            while some := list(islice(lines, AT_ONCE)):
                yield map(self._candidate, map(json.loads, some))

    def _candidate(self, record: dict[str, Any]) -> Candidate | LeftOut:
        try:
            path = self._path(record)
            files = {self._path(file): file for file in record["files"]}
            sidecars = [found for found, file in files.items() if file["kind"] == PhotoFile.Kind.SIDECAR]
            arrival = Arrival(
                moment_in(record["file_modified_at"]),
                record["folder"],
                tuple(Sidecar(files[found]["name"], found.read_bytes()) for found in sidecars),
                story := ExportedStory(record),
            )
            others = [(found, file) for found, file in files.items() if found not in sidecars]
        except OSError as exc:
            return LeftOut(self.root / record["path"], f"It cannot be read: {exc.strerror}.", failed=True)
        except (KeyError, TypeError, ValueError) as exc:
            return LeftOut(self.root / RECORDS, f"A record of it cannot be read: {exc!r}.", failed=True)

        def keep(undo: ExitStack) -> None:
            story.files = [_kept(found, file, undo) for found, file in others]

        told = {"name": record["original_name"], "sha256": record["sha256"], "keep": keep if others else None}
        return Candidate(path, arrival, tuple(files), **told)

    def _path(self, record: dict[str, Any]) -> Path:
        """Return where a file of the export lies; raises ValueError for what would lie elsewhere."""
        path = (self.root / record["path"]).resolve()
        if self.root.resolve() not in path.parents:
            raise ValueError("a path leads out of the export")
        return path


def _kept(source: Path, file: dict[str, Any], undo: ExitStack) -> PhotoFile:
    """Keep a file that belongs to a photo until `undo` says otherwise; raises Altered, and as images.inspect."""
    kind = PhotoFile.Kind(file["kind"])
    row = keep_copy(source, kind, str(file["name"]), undo)
    if row.sha256 != file["sha256"]:
        raise Altered
    if kind in PhotoFile.VERSIONS:
        info = images.inspect(source, settings.CLOUDZY_MAX_PIXELS)
        for column, value in picture_columns(info).items():
            setattr(row, column, value)
    return row
