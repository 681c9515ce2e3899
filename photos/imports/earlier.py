"""The library of the earlier published service as a source: its SQLite file, and the folder of its uploads.

Its one table is `photo`: id, filename, filepath, tags (a JSON list), caption, embedding (JSON, of a placeholder) and
created_at (UTC, without saying so). Files are called `NAME_YYYYMMDD_HHMMSS_mmm.EXT`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.management.color import no_style
from django.db import connection

from ai.jsontext import read_json
from ai.plaintext import many_lines, one_line
from photos.arrival import Arrival, Sidecar
from photos.exports import xmp
from photos.imports.found import Candidate, Entry, LeftOut
from photos.metadata import DESCRIPTION_LENGTH
from photos.models import Photo, PhotoFile
from photos.names import NAME_LENGTH

AT_ONCE = 500
AUTHOR = "file"  # of a caption that came with a library: a captioner may replace it, the template does not
_STAMPED = re.compile(r"_\d{8}_\d{6}(_\d{3})?$")


class NotALibrary(Exception):  # noqa: N818 - what is wrong with it
    """A file is no database of the earlier service, or cannot be taken over into this library."""


@dataclass(frozen=True)
class OldPhoto:
    id: int
    filename: str
    filepath: str
    tags: Sequence[str]
    caption: str
    created_at: datetime

    @property
    def name(self) -> str:
        """What the file was called before the service stamped its name."""
        path = PurePosixPath(self.filename)
        return f"{_STAMPED.sub('', path.stem)}{path.suffix}"


class OldStory:
    """Keeps number, file name, date and caption; the tags come as those of a file."""

    is_whole = True
    files: Sequence[PhotoFile] = ()

    def __init__(self, old: OldPhoto) -> None:
        self._old = old

    def before(self, photo: Photo) -> None:
        old = self._old
        photo.pk = old.id
        photo.created_at = photo.taken_at = old.created_at
        if old.filename and not Photo.objects.filter(filename=old.filename).exists():
            photo.filename = old.filename
        if old.caption:
            photo.caption, photo.authors = old.caption, {"caption": AUTHOR}

    def after(self, photo: Photo) -> None:
        """Nothing hangs on the row."""


@dataclass(frozen=True)
class EarlierSource:
    """Its database, opened for reading only, and its uploads. Raises NotALibrary before it yields anything."""

    database: Path
    uploads: Path

    @cached_property
    def _count(self) -> int:
        self._refuse_taken_numbers()
        return sum(1 for _ in self._rows())

    def count(self) -> int:
        return self._count

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from ()

    def folders(self) -> Iterator[Iterable[Entry]]:
        yield map(self._entry, self._rows())
        # Numbers that were given by hand are not counted by PostgreSQL.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Photo]):
                cursor.execute(statement)

    def _entry(self, old: OldPhoto) -> Entry:
        names = [PurePosixPath(old.filename).name, PurePosixPath(old.filepath).name]
        path = next((self.uploads / name for name in names if name and (self.uploads / name).is_file()), None)
        if path is None:
            where = self.uploads / (names[0] or f"{old.id}")
            return LeftOut(where, f"The file of photo {old.id} is missing.", failed=True)
        told = Photo(taken_at_source=Photo.DateSource.UPLOAD)
        sidecars = (Sidecar(f"{old.name}.xmp", xmp.packet(told, old.tags)),) if old.tags else ()
        return Candidate(path, Arrival(sidecars=sidecars, story=OldStory(old)), name=old.name)

    def _refuse_taken_numbers(self) -> None:
        """Refuse a library in which other photos have these numbers; what an earlier run took over is no other."""
        names = {old.id: old.filename for old in self._rows()}
        ids = list(names)
        for start in range(0, len(ids), AT_ONCE):
            taken = Photo.objects.filter(pk__in=ids[start : start + AT_ONCE]).values_list("pk", "filename")
            if others := [pk for pk, filename in taken if filename != names[pk]]:
                raise NotALibrary(
                    f"The number {others[0]} is another photo's here: take it over into an empty library."
                )

    def _rows(self) -> Iterator[OldPhoto]:
        try:
            with closing(sqlite3.connect(f"{self.database.resolve().as_uri()}?mode=ro", uri=True)) as opened:
                rows = opened.execute("SELECT id, filename, filepath, tags, caption, created_at FROM photo ORDER BY id")
                yield from map(_read, rows)
        except sqlite3.Error as exc:
            raise NotALibrary(f"{self.database} is no database of the earlier service: {exc}.") from exc


def _read(row: Sequence[Any]) -> OldPhoto:
    number, filename, filepath, tags, caption, created_at = row
    return OldPhoto(
        id=int(number),
        filename=one_line(str(filename or ""), NAME_LENGTH),
        filepath=str(filepath or ""),
        tags=_tags(tags),
        caption=many_lines(str(caption or ""), DESCRIPTION_LENGTH),
        created_at=_moment(created_at),
    )


def _tags(text: Any) -> list[str]:
    try:
        said = read_json(str(text or "[]"))
    except ValueError:
        return []
    words = [one_line(word, NAME_LENGTH) for word in said if isinstance(word, str)] if isinstance(said, list) else []
    return [word for word in dict.fromkeys(words) if word]


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as exc:
        raise NotALibrary(f"{text!r} is no moment.") from exc
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
