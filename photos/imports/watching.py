"""Watched folders: what people put there comes in by itself; what goes from there, for any reason, changes nothing.

What was looked at is remembered by size and time for as long as this process lives; after that the library knows the
bytes. A folder that is gone, or empty though it had files, is taken for a disk that is away: nothing is done until it
is back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import APIException

from accounts.local import local_owner
from accounts.models import DestructiveAct, User
from photos import storage
from photos.arrival import Arrival
from photos.companions import FilmWithoutPhoto
from photos.errors import DiskFull, StorageMissing
from photos.imports.found import Candidate, LeftOut
from photos.imports.taking import Became, Manner, take
from photos.imports.walking import Listed, candidates_in, walk
from photos.models import Photo
from photos.sidecars import is_sidecar
from photos.version_names import VersionName

SETTLED = timedelta(seconds=4)  # a file that was not written to for so long is whole
REMEMBERED = 20  # files that were left, for people to see

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError)  # the database, for a moment
State = tuple[int, int]  # bytes and nanoseconds of the last change


@dataclass(frozen=True)
class Watched:
    """A folder as the settings name it; no owner is the local one."""

    path: Path
    owner: str = ""


@dataclass
class Watch:
    """One folder and what is known of it; `held` tells that it had files at some time."""

    watched: Watched
    held: bool = False
    away: bool = False
    away_since: datetime | None = None
    looked_at: datetime | None = None
    problem: str = ""
    taken: int = 0
    left: list[LeftOut] = field(default_factory=list)
    _known: dict[Path, State] = field(default_factory=dict)
    _waiting: dict[Path, tuple[State, datetime]] = field(default_factory=dict)
    _films: set[Path] = field(default_factory=set)  # whose photos were not here

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    @property
    def waiting(self) -> Sequence[Path]:
        """The files that are still being written to, or wait for one of their name that is."""
        return sorted(self._waiting)

    def look(self, now: datetime) -> None:
        """Take what is new and has stopped growing."""
        self.problem, self.looked_at = "", now
        if self._is_away():
            self.away, self.away_since = True, self.away_since or now
            return
        self.away, self.away_since = False, None
        try:
            self._take_new(now)
        except (StorageMissing, DiskFull) as exc:
            self.problem = str(exc.detail)
        except AWAY as exc:
            self.problem = f"The database cannot be used: {exc}."

    def _take_new(self, now: datetime) -> None:
        owner = self._owner()
        if owner is None:
            self.problem = f"There is no user {self.watched.owner}."
            return
        there: set[Path] = set()
        for listed in walk([self.watched.path]):
            there.update(listed.files)
            self._take_from(listed, owner, now)
        self._forget_all_but(there)

    def _is_away(self) -> bool:
        try:
            there = any(self.watched.path.iterdir())
        except OSError:
            return True
        self.held = self.held or there
        return self.held and not there

    def _owner(self) -> User | None:
        name = self.watched.owner
        return User.objects.filter(username=name).first() if name else local_owner()

    def _take_from(self, listed: Listed, owner: User, now: datetime) -> None:
        new = {path: state for path in listed.files if (state := _state(path)) and self._known.get(path) != state}
        growing = {path.stem.casefold() for path, state in new.items() if not self._has_settled(path, state, now)}
        ready = [path for path in new if path.stem.casefold() not in growing]
        for entry in candidates_in(Listed(listed.path, listed.way, ready, [])):
            for path in self._brought(entry, listed, owner, now):
                self._known[path] = new[path]
                self._waiting.pop(path, None)

    def _forget_all_but(self, there: set[Path]) -> None:
        self._films &= there
        for remembered in (self._known, self._waiting):
            for path in remembered.keys() - there:
                del remembered[path]

    def _has_settled(self, path: Path, state: State, now: datetime) -> bool:
        before, since = self._waiting.get(path, (None, now))
        if before != state:
            self._waiting[path] = (state, now)
            return False
        return now - since >= SETTLED

    def _brought(self, entry: Candidate | LeftOut, listed: Listed, owner: User, now: datetime) -> Iterator[Path]:
        """Take a file and yield those that need not be looked at again until they change."""
        if isinstance(entry, LeftOut) and not is_sidecar(entry.path):
            self._try_later(entry)
            return
        # A sidecar whose photo came before is for the door, which knows that.
        alone = Candidate(entry.path, Arrival(folder="/".join(listed.way)))
        candidate = alone if isinstance(entry, LeftOut) else entry
        try:
            if not _was_deleted(candidate.path, owner):
                taken = take(candidate, owner, Manner.COPY, now)
                self.taken += taken.became in (Became.NEW, Became.VERSION)
                self._has_come(candidate.path)
        except (StorageMissing, DiskFull, *AWAY):
            raise
        except FilmWithoutPhoto as exc:
            self._films.add(candidate.path)
            self._leave(LeftOut(candidate.path, str(exc.detail)))
        except APIException as exc:
            self._leave(LeftOut(candidate.path, str(exc.detail)))
        except OSError as exc:
            self._try_later(LeftOut(candidate.path, f"It cannot be read: {exc.strerror}.", failed=True))
            return
        except Exception as exc:  # a file must not take the watcher with it, for the site would end with that
            logger.exception("watched folder %s: %s", self.watched.path, entry.path)
            self._leave(LeftOut(candidate.path, f"{type(exc).__name__}: {exc}", failed=True))
        yield candidate.path
        yield from candidate.beside

    def _has_come(self, path: Path) -> None:
        """Look again at films that may be of this photo, and name nothing any more that is in."""
        of_it = {film for film in self._films if film.parent == path.parent and _key(film) == _key(path)}
        self._films -= of_it
        for film in of_it - {path}:
            self._known.pop(film, None)
        self.left = [other for other in self.left if other.path != path]

    def _try_later(self, left: LeftOut) -> None:
        self._waiting.pop(left.path, None)
        if _state(left.path):  # else it went just now
            self._leave(left)

    def _leave(self, left: LeftOut) -> None:
        """Name a file that was left, once however often it is tried again."""
        self.left = [*(other for other in self.left if other.path != left.path), left][-REMEMBERED:]


def watches(folders: Sequence[Watched], held: Sequence[str]) -> list[Watch]:
    """Begin to watch; `held` names the folders that had files before."""
    return [Watch(each, held=str(each.path) in held) for each in folders]


def _state(path: Path) -> State | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _key(path: Path) -> str:
    return VersionName.of(path.name).key


def _was_deleted(path: Path, owner: User) -> bool:
    """Tell whether the owner has deleted these bytes: nobody asks for them back by leaving them in a folder."""
    sha256 = storage.sha256_of(path)
    in_trash = any(is_trashed for _, _, is_trashed in Photo.objects.having(owner, [sha256]))
    return in_trash or DestructiveAct.objects.filter(sha256=sha256, owner_id=owner.pk).exists()
