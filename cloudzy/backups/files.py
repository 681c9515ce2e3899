"""Files that are only there once every byte of them is, and is the right one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from photos import storage
from search.index.sealed import TEMPORARY


class OtherBytes(Exception):  # noqa: N818 - what is wrong with the file
    """A file does not have the SHA-256 it should have."""


def bring(source: Path, target: Path, sha256: str, link: bool) -> None:
    """Let the target be the source, whole and on the disk, or not at all; raises OtherBytes, or OSError.

    With `link` the two share their bytes, where their file system can do that.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{TEMPORARY}{target.name}")
    part.unlink(missing_ok=True)
    try:
        if not (link and _linked(source, part)):
            shutil.copyfile(source, part)
        if storage.sha256_of(part) != sha256:  # of what lies there now, not of what was read
            raise OtherBytes
        storage.sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def sync_folders(folders: Iterable[Path]) -> None:
    """Bring the names of new files to the disk, and those of their folders."""
    for folder in sorted(set(folders)):
        storage.sync(folder)


def _linked(source: Path, part: Path) -> bool:
    try:
        part.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        return False
    return True
