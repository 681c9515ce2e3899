from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):  # noqa: N818 - a state, not a fault
    """Another process holds the lock."""


@contextmanager
def folder_lock(folder: Path, wait: bool = True) -> Iterator[None]:
    """Be the only process that writes this folder; the kernel frees the lock of a process that dies.

    Raises Busy instead of waiting where `wait` is False.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as exc:
            raise Busy from exc
        yield
