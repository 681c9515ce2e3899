"""Which files of notes belong to a photo, by their names: `a.jpg.xmp` to `a.jpg`, `a.xmp` to every file `a.*`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from photos.arrival import Sidecar

SIDECAR_SUFFIXES = frozenset({".xmp"})
MAX_SIDECAR_BYTES = 4 * 2**20


class Sidecars:
    """The sidecars of one folder, found by the names of the photos they belong to; case is not looked at."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_photo: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            self._by_photo[path.stem.casefold()].append(path)

    def of(self, photo: Path) -> Sequence[Path]:
        """Return those of this photo, the more exactly named first."""
        return [*self._by_photo.get(photo.name.casefold(), []), *self._by_photo.get(photo.stem.casefold(), [])]


def is_sidecar(path: Path) -> bool:
    return path.suffix.lower() in SIDECAR_SUFFIXES


def read_sidecars(paths: Iterable[Path]) -> tuple[Sidecar, ...]:
    """Read them whole, but for those that are too large to be notes; raises OSError."""
    return tuple(Sidecar(path.name, path.read_bytes()) for path in paths if path.stat().st_size <= MAX_SIDECAR_BYTES)
