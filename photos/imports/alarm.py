"""Waiting for something to change in folders: by inotify where it works, else by looking from time to time."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from pathlib import Path

from watchfiles import watch


class Alarm:
    """Tells that something changed below the folders; where the system cannot tell, as on network disks, it waits."""

    def __init__(self, paths: Sequence[Path], stop: threading.Event) -> None:
        self._paths, self._stop = paths, stop
        self._watched: tuple[Path, ...] = ()
        self._changes: Generator[set[tuple[object, str]], None, None] | None = None

    def hears(self, path: Path) -> bool:
        """Tell whether the system is to say what changes below this folder; else somebody has to look."""
        return self._changes is not None and path in self._watched

    def wait(self, seconds: float) -> bool:
        """Return True as soon as something changed, False after so many seconds or when all is to stop."""
        there = tuple(path for path in self._paths if path.is_dir())
        if there != self._watched or self._changes is None:
            self._begin(there, seconds)
        try:
            if self._changes is not None:
                return bool(next(self._changes, None))
        except (OSError, RuntimeError):  # too many folders for the system, or one went just now
            self._changes = None
        self._stop.wait(seconds)
        return False

    def _begin(self, there: tuple[Path, ...], seconds: float) -> None:
        self._watched, self._changes = there, None
        if there:
            self._changes = watch(  # type: ignore[assignment]
                *there,
                watch_filter=None,
                stop_event=self._stop,
                rust_timeout=round(seconds * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
            )
