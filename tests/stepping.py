"""Every step at which a piece of work leaves something behind: what it changes on disk, and every commit.

A step is what the interpreter audits (files opened for writing, renamed, linked, deleted), each fsync, each commit
and each writing statement outside a transaction; those inside one leave nothing behind before its commit. So nobody has
to name the steps, and code that changes has its new steps tried too.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
_TAKES_ROOM = {"open", "os.mkdir", "os.link", "fsync"}
_READS = {"SELECT", "BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN"}


class Trouble(StrEnum):
    """What befalls a process from a step on."""

    NONE = "none"
    KILL = "kill -9"
    FULL = "disk full"
    READ_ONLY = "media read-only"
    LOCKED = "database locked"

    def concerns(self, kind: str, on: str) -> bool:
        """Tell whether a step of this kind on "database", "media" or "elsewhere" is affected at all."""
        match self:
            case Trouble.KILL:
                return True
            case Trouble.FULL:
                return on == "database" or kind in _TAKES_ROOM
            case Trouble.READ_ONLY:
                return on == "media"
            case Trouble.LOCKED:
                return on == "database"
        return False

    def strike(self) -> None:
        match self:
            case Trouble.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Trouble.LOCKED:
                raise OperationalError("database is locked")
            case Trouble.READ_ONLY:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            case Trouble.FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass(frozen=True)
class Step:
    kind: str
    on: str  # "database", "media" or "elsewhere"
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.what}".strip()


class Steps:
    """Counts the steps of this process below a folder, and lets trouble strike from one of them on.

    Audit hooks stay for good, so this is for a process that ends with its work.
    """

    def __init__(self, home: Path, media: Path, trouble: Trouble, at: int) -> None:
        self.done: list[Step] = []
        self._home, self._media, self._trouble, self._at = home, media, trouble, at
        self._busy = False

    def watch(self) -> None:
        sys.addaudithook(self._audited)
        real_fsync, commit = os.fsync, connection._commit  # type: ignore[attr-defined]

        def fsync(descriptor: int) -> None:
            self._step("fsync", _path_of(descriptor))
            real_fsync(descriptor)

        def committed() -> None:
            self._step("commit", None)
            commit()

        os.fsync = fsync  # type: ignore[assignment]
        connection._commit = committed  # type: ignore[attr-defined]
        connection.execute_wrappers.append(self._executed)

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._busy or (event not in _CHANGES and not (event == "open" and _writes(arguments))):
            return
        paths = [Path(os.fsdecode(each)) for each in arguments[:2] if isinstance(each, str | bytes | os.PathLike)]
        for path in paths[:1]:
            if not _changes_nothing(event, path):
                self._step(event, path)

    def _executed(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not connection.in_atomic_block and sql.split(maxsplit=1)[0].strip("(").upper() not in _READS:
            self._step(" ".join(sql.split()[:3]), None)
        return execute(sql, *rest)

    def _step(self, kind: str, path: Path | None) -> None:
        if path is not None and not path.is_relative_to(self._home):
            return
        self._busy = True  # what follows is ours
        try:
            on = "database" if path is None else "media" if path.is_relative_to(self._media) else "elsewhere"
            self.done.append(Step(kind, on, str(path.relative_to(self._home)) if path else ""))
            if len(self.done) > self._at and self._trouble.concerns(kind, on):
                if self._trouble is Trouble.FULL and on == "database":
                    raise OperationalError("database or disk is full")
                self._trouble.strike()
        finally:
            self._busy = False


def _changes_nothing(event: str, path: Path) -> bool:
    """Tell of a folder that is there and a file that is gone already: what comes next finds the same as before."""
    return path.is_dir() if event == "os.mkdir" else event == "os.remove" and not os.path.lexists(path)


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _path_of(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").resolve()
