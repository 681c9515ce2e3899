"""Google Takeout as a source: several archives, unpacked beside one another, gone through as the one they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from rest_framework.exceptions import APIException

from photos.arrival import Sidecar
from photos.imports.found import Candidate, Entry, LeftOut, Read
from photos.imports.takeout_names import NotesByName
from photos.imports.takeout_notes import GoogleStory, Notes, album_title_in, notes_in, sidecar_of
from photos.imports.walking import Listed, candidates_in, listed, walk
from photos.version_names import VersionName

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


@dataclass(frozen=True)
class TakeoutSource:
    """What Takeout has written, below these roots; `now` is when this is."""

    roots: Sequence[Path]
    now: datetime

    @cached_property
    def _folders(self) -> dict[tuple[str, ...], list[Path]]:
        """Map each folder of the whole to where its parts lie; of the files nothing is kept."""
        parts: dict[tuple[str, ...], list[Path]] = defaultdict(list)
        for root in self.roots:
            for found in walk([root]):
                parts[_way_below(root, found.path)].append(found.path)
        return dict(sorted(parts.items()))

    def count(self) -> int:
        return sum(len(found.files) for found in walk(self.roots))

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from ()

    def folders(self) -> Iterator[Iterable[Entry]]:
        for way, parts in self._folders.items():
            yield self._in(way, [listed(part, (ROOT, *way)) for part in parts])

    def _in(self, way: tuple[str, ...], parts: Sequence[Listed]) -> Iterator[Entry]:
        """Yield what is in one folder of the whole, which may lie in several archives."""
        yield from (left for part in parts for left in part.left_out)
        files = sorted((path for part in parts for path in part.files), key=lambda path: path.name)
        notes = [path for path in files if path.suffix.lower() == ".json"]
        photos = Listed(parts[0].path, (ROOT, *way), [path for path in files if path.suffix.lower() != ".json"], [])
        titles = {path: title for path in notes if (title := _album_in(path)) is not None}
        by_name, told = NotesByName(path for path in notes if path not in titles), set(titles)
        albums = tuple(dict.fromkeys(title for title in titles.values() if title))
        for entry in candidates_in(photos):
            if isinstance(entry, Candidate):
                about = by_name.of(entry.path.name)
                told |= {about} if about else set()
                yield self._told(replace(entry, albums=albums), about)
            else:
                yield entry
        for path in notes:
            yield (
                Read(path) if path in told else LeftOut(path, "Google's notes of a file that is not in these folders.")
            )

    def _told(self, candidate: Candidate, about: Path | None) -> Candidate | LeftOut:
        """Add to a file what Google tells of it; where that cannot be read, the file says what it knows itself."""
        try:
            notes = notes_in(about) if about else None
            if notes is None:
                return candidate
            if notes.trashed:
                return LeftOut(candidate.path, "It was in the trash at Google's.")
            packet = sidecar_of(notes, candidate.path, self.now)
        except (OSError, APIException):  # the door will say what is wrong with the file
            return candidate
        ours = Sidecar(f"{candidate.path.name}.google.xmp", packet)
        arrival = replace(candidate.arrival, sidecars=(*candidate.arrival.sidecars, ours), story=GoogleStory(notes))
        return replace(candidate, arrival=arrival, name=_name_of(candidate.path, notes))


def _album_in(path: Path) -> str | None:
    try:
        return album_title_in(path)
    except OSError:
        return None


def _name_of(path: Path, notes: Notes) -> str:
    """Return the whole name of a file that Google has cut or numbered; an edited one keeps its own."""
    stem = path.stem.partition("(")[0]
    is_cut = notes.title.startswith(stem) and Path(notes.title).suffix.lower() == path.suffix.lower()
    return notes.title if is_cut and not VersionName.of(path.name).is_edited else path.name


def _way_below(root: Path, folder: Path) -> tuple[str, ...]:
    base = root if root.name == ROOT else root.parent
    return folder.relative_to(base).parts
