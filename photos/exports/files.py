"""Files that are there whole, or not at all, and never in the place of another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from photos import storage

PART = ".part"
PIECE = 2**20


class OtherBytes(Exception):  # noqa: N818 - what is wrong with the file
    """A file does not have the SHA-256 it should have."""


def bring(source: Path, target: Path, sha256: str, modified_at: datetime | None = None) -> None:
    """Copy a file, which stays as old as it says; raises OtherBytes, FileExistsError, or OSError.

    Then the target is not there, or as it was.
    """
    digest = hashlib.sha256()
    with _whole(target) as out, source.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            out.write(piece)
        if digest.hexdigest() != sha256:
            raise OtherBytes
        if modified_at:
            out.flush()
            os.utime(out.fileno(), (modified_at.timestamp(), modified_at.timestamp()))


def put(target: Path, data: bytes) -> None:
    """Write a file; raises as bring does."""
    with _whole(target) as out:
        out.write(data)


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}{PART}")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            raise FileExistsError(target)
        part.rename(target)
        storage.sync(target.parent)
    finally:
        part.unlink(missing_ok=True)
