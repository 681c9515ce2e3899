"""Folders as a source: gone through one after the other, so that a million files take no more memory than a few."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from django.conf import settings

from photos import storage
from photos.arrival import Arrival
from photos.imports.found import Candidate, Entry, LeftOut
from photos.sidecars import Sidecars, is_sidecar, read_sidecars
from photos.videos import is_film

# What programs and file systems keep for themselves beside the photos, in lower case.
SYSTEM_FOLDERS = frozenset(
    {"@eadir", "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)
SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "iconcache.db", "picasa.ini"})
NOT_ORDINARY = "This is no ordinary file."
OF_CLOUDZY = "A folder of Cloudzy's own."


@dataclass(frozen=True)
class Listed:
    """One folder: its files by name, and what of it is left out. `way` leads to it from what a person named."""

    path: Path
    way: tuple[str, ...]  # begins with the name of the folder that was named
    files: Sequence[Path]
    left_out: Sequence[LeftOut]

    @property
    def title(self) -> str:
        """What an album of it is called: "2019 / Lisbon"; two folders never share one."""
        return " / ".join(self.way[1:] or self.way)


# Opens a file for as long as it is being taken, with what came beside it: on a disk it lies there anyway.
Lend = Callable[[Path, Sequence[Path], Listed], AbstractContextManager[Candidate | LeftOut]]


@dataclass(frozen=True)
class FolderSource:
    """Files and folders that a person named, with all that is below them; `albums` makes one of each folder."""

    paths: Sequence[Path]
    albums: bool = False

    def count(self) -> int:
        return sum(len(found.files) for found in walk(self.paths))

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from ()

    def folders(self) -> Iterator[Iterable[Entry]]:
        for found in walk(self.paths):
            albums = (found.title,) if self.albums else ()
            yield chain(found.left_out, candidates_in(found, albums))


def lent_from_disk(path: Path, beside: Sequence[Path], found: Listed) -> AbstractContextManager[Candidate | LeftOut]:
    return nullcontext(_candidate(path, beside, found))


def candidates_in(
    found: Listed, albums: tuple[str, ...] = (), lent: Lend = lent_from_disk
) -> Iterator[Candidate | LeftOut]:
    """Yield the files of a folder, each with the sidecars beside it, and the sidecars that belong to none."""
    sidecars = Sidecars(path for path in found.files if is_sidecar(path))
    taken: set[Path] = set()
    for path in sorted((path for path in found.files if not is_sidecar(path)), key=_by_stem):
        beside = sidecars.of(path)
        taken.update(beside)
        with lent(path, beside, found) as entry:
            yield replace(entry, albums=albums) if isinstance(entry, Candidate) and albums else entry
    for path in found.files:
        if is_sidecar(path) and path not in taken:
            yield LeftOut(path, "A sidecar without its photo.")


def listed(folder: Path, way: tuple[str, ...]) -> Listed:
    """List a folder that a walk has come to, once more."""
    return _list(folder, way, set())[0]


def walk(paths: Sequence[Path]) -> Iterator[Listed]:
    """Yield each folder once, in the order of names, before those in it; hidden ones and those of systems are left out.

    Links are followed; one that leads to where the walk has been is not.
    """
    seen: set[tuple[int, int]] = set()
    for named in paths:
        root = named.resolve()
        if not root.is_dir():
            yield Listed(named.parent, (root.parent.name,), [named], [])
            continue
        waiting = [named]
        while waiting:
            folder = waiting.pop()
            found, inner = _list(folder, (root.name, *folder.relative_to(named).parts), seen)
            yield found
            waiting.extend(reversed(inner))


def _candidate(path: Path, beside: Sequence[Path], found: Listed) -> Candidate | LeftOut:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            return LeftOut(path, NOT_ORDINARY)
        arrival = Arrival(moment_of(state.st_mtime), "/".join(found.way), read_sidecars(beside))
    except OSError as exc:
        return LeftOut(path, f"It cannot be read: {exc.strerror}.", failed=True)
    return Candidate(path, arrival, tuple(beside))


def moment_of(seconds: float) -> datetime | None:
    """Return a file's time, None for what no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _list(folder: Path, way: tuple[str, ...], seen: set[tuple[int, int]]) -> tuple[Listed, list[Path]]:
    """List a folder: what is in it, and the folders in it that are to be gone through."""
    files: list[Path] = []
    inner: list[Path] = []
    left_out: list[LeftOut] = []
    try:
        if reason := _reason_to_stay_out(folder, seen):
            return Listed(folder, way, [], [LeftOut(folder, reason)]), []
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name)):
                path = folder / entry.name
                if reason := not_for_people(entry.name):
                    left_out.append(LeftOut(path, reason))
                elif _is_special(entry):
                    left_out.append(LeftOut(path, NOT_ORDINARY))
                else:
                    (inner if entry.is_dir() else files).append(path)
    except OSError as exc:
        return Listed(folder, way, [], [LeftOut(folder, f"It cannot be read: {exc.strerror}.", failed=True)]), []
    return Listed(folder, way, files, left_out), inner


def _is_special(entry: os.DirEntry[str]) -> bool:
    """Tell a pipe or a device from files, folders and links that lead nowhere: to open it may be to wait for ever."""
    return not (entry.is_dir() or entry.is_file()) and Path(entry.path).exists()


def _reason_to_stay_out(folder: Path, seen: set[tuple[int, int]]) -> str:
    found = folder.stat()
    if (found.st_dev, found.st_ino) in seen:  # a link may lead anywhere, also upwards
        return "This folder was gone through already, by another name."
    seen.add((found.st_dev, found.st_ino))
    ours = (Path(settings.MEDIA_ROOT).resolve(), Path(settings.CLOUDZY_DATA_DIR).resolve())
    real = folder.resolve()
    inside = any(real == our or our in real.parents for our in ours)
    return OF_CLOUDZY if inside or (folder / storage.MARKER).exists() else ""


def not_for_people(name: str) -> str:
    """Say why nobody means a file or folder of this name by "my photos", or ""."""
    if name.startswith("."):
        return "Hidden."
    return "Of the system, or of another program." if name.casefold() in SYSTEM_FOLDERS | SYSTEM_FILES else ""


def _by_stem(path: Path) -> tuple[bool, str, str]:
    """Let what belongs together come together: "a.jpg", "a.NEF", "b.jpg"; films behind all photos they may be of."""
    return is_film(path), path.stem.casefold(), path.suffix.casefold()
