"""Google Takeout as a source: archives, unpacked or as they were downloaded, gone through as the one they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from photos.imports.found import Candidate, Entry, LeftOut, Read
from photos.imports.takeout_names import NotesByName
from photos.imports.takeout_notes import LARGEST, Notes, album_title_in, notes_in, whole_name, with_notes
from photos.imports.walking import Lend, Listed, candidates_in, lent_from_disk, listed, walk
from photos.imports.zips import ZipPlace

ROOT = "Takeout"


def takeout_roots(path: Path) -> list[Path]:
    """Return the folders called Takeout that a path is, is in, or has in it, one or two levels deep."""
    if path.name == ROOT:
        return [path]
    if path.parent.name == ROOT:
        return [path]
    if not path.is_dir():
        return []
    return sorted(each for each in [*path.glob(ROOT), *path.glob(f"*/{ROOT}")] if each.is_dir())


class Part(Protocol):
    """One archive of a Takeout: its folders, by the way to each from the root of the whole."""

    def count(self) -> int: ...

    def ways(self) -> Iterable[tuple[str, ...]]: ...

    def listed(self, way: tuple[str, ...]) -> Listed: ...

    def read(self, path: Path, limit: int) -> bytes | None:
        """Return the bytes of a small file, None where it has more than `limit`; raises OSError."""

    @property
    def lent(self) -> Lend: ...


class UnpackedPart:
    """An archive that lies unpacked below a root as takeout_roots finds it; of its files nothing is kept."""

    lent = staticmethod(lent_from_disk)

    def __init__(self, root: Path) -> None:
        self._root = root
        self._base = root if root.name == ROOT else root.parent

    def count(self) -> int:
        return sum(len(found.files) for found in walk([self._root]))

    def ways(self) -> Iterator[tuple[str, ...]]:
        return (found.path.relative_to(self._base).parts for found in walk([self._root]))

    def listed(self, way: tuple[str, ...]) -> Listed:
        return listed(self._base.joinpath(*way), (ROOT, *way))

    def read(self, path: Path, limit: int) -> bytes | None:
        return path.read_bytes() if path.stat().st_size <= limit else None


class ZippedPart:
    """An archive as it was downloaded."""

    def __init__(self, place: ZipPlace) -> None:
        self._place = place
        self._ways = {way[1:] if way[:1] == (ROOT,) else way: way for way in place.ways()}
        self.count, self.read = place.count, place.read
        self.lent: Lend = place.lent

    def ways(self) -> Iterable[tuple[str, ...]]:
        return self._ways

    def listed(self, way: tuple[str, ...]) -> Listed:
        return replace(self._place.listed(self._ways[way]), way=(ROOT, *way))


def is_takeout(place: ZipPlace) -> bool:
    return any(way[:1] == (ROOT,) for way in place.ways())


@dataclass(frozen=True)
class TakeoutSource:
    """What Takeout has written, in these archives; `now` is when this is."""

    parts: Sequence[Part]
    now: datetime

    @cached_property
    def _folders(self) -> dict[tuple[str, ...], list[Part]]:
        """Map each folder of the whole to the archives that have a piece of it."""
        having: dict[tuple[str, ...], list[Part]] = defaultdict(list)
        for part in self.parts:
            for way in part.ways():
                having[way].append(part)
        return dict(sorted(having.items()))

    def count(self) -> int:
        return sum(part.count() for part in self.parts)

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from ()

    def folders(self) -> Iterator[Iterable[Entry]]:
        for way, parts in self._folders.items():
            yield self._in(way, [(part, part.listed(way)) for part in parts])

    def _in(self, way: tuple[str, ...], pieces: Sequence[tuple[Part, Listed]]) -> Iterator[Entry]:
        """Yield what is in one folder of the whole, which may lie in several archives."""
        yield from (left for _, piece in pieces for left in piece.left_out)
        where = {path: part for part, piece in pieces for path in piece.files}
        files = sorted(where, key=lambda path: path.name)
        notes = [path for path in files if _is_note(path)]
        photos = Listed(pieces[0][1].path, (ROOT, *way), [path for path in files if not _is_note(path)], [])
        titles = {path: title for path in notes if (title := album_title_in(_read(where[path], path))) is not None}
        by_name, told = NotesByName(path for path in notes if path not in titles), set(titles)
        albums = tuple(dict.fromkeys(title for title in titles.values() if title))
        for entry in candidates_in(photos, albums, lambda path, *beside: where[path].lent(path, *beside)):
            about = by_name.of(entry.path.name)
            told |= {about} if about else set()
            if isinstance(entry, Candidate) and about:
                yield self._told(entry, notes_in(_read(where[about], about)))
            else:
                yield entry
        for path in notes:
            yield (
                Read(path) if path in told else LeftOut(path, "Google's notes of a file that is not in these folders.")
            )

    def _told(self, candidate: Candidate, notes: Notes | None) -> Candidate | LeftOut:
        """Add to a file what Google tells of it; where that cannot be read, the file says what it knows itself."""
        if notes is None:
            return candidate
        if notes.trashed:
            return LeftOut(candidate.path, "It was in the trash at Google's.")
        arrival = with_notes(candidate.arrival, notes, candidate.bytes_at, candidate.path.name, self.now)
        return replace(candidate, arrival=arrival, name=whole_name(candidate.path.name, notes))


def _is_note(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _read(part: Part, path: Path) -> bytes | None:
    try:
        return part.read(path, LARGEST)
    except OSError:
        return None
