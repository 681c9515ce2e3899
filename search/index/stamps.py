"""What tells one state of a file from another without reading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from search.index.sealed import Unsealed, read_sealed, write_sealed

# Inode, size and time of the last change; None for a file that is not there.
Stamp = tuple[int, int, int] | None

VERIFIED = "verified.json"


def stamp_of(path: Path) -> Stamp:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def stamps_of(paths: Iterable[Path]) -> dict[Path, Stamp]:
    return {path: stamp_of(path) for path in paths}


def leave_word(paths: Iterable[Path]) -> None:
    """Tell the other processes that these files of one folder were hashed as they are now, and are good."""
    stamps = stamps_of(paths)
    write_sealed(next(iter(stamps)).parent / VERIFIED, _by_name(stamps))


def has_word(stamps: dict[Path, Stamp]) -> bool:
    """Tell whether some process has hashed these files of one folder as they are."""
    try:
        return read_sealed(next(iter(stamps)).parent / VERIFIED) == _by_name(stamps)
    except (Unsealed, OSError):
        return False


def _by_name(stamps: dict[Path, Stamp]) -> dict[str, list[int] | None]:
    return {path.name: list(stamp) if stamp else None for path, stamp in stamps.items()}
