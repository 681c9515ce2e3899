"""Names for files that every file system takes, and no two of which are one on any of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

LONGEST = 200  # bytes; what stands beside a photo has its name and a little more

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(text: str, fallback: str) -> str:
    """Return the text as a name that Windows, macOS and Linux take, and that is neither hidden nor an option."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).strip().rstrip(". ")
    if name.startswith((".", "-", "~")) or _DEVICE.match(name):
        name = f"_{name}"
    stem, suffix = split(name)
    room = LONGEST - len(suffix.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(". ") + suffix) or fallback


def split(name: str) -> tuple[str, str]:
    """Part a name into its stem and its suffix with the dot, which is empty where there is none worth the name."""
    path = PurePosixPath(name)
    return (path.stem, path.suffix) if 1 < len(path.suffix) <= 10 else (name, "")


class Names:
    """The names given away so far, folder by folder; two that differ in case alone are the same."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = defaultdict(set)

    def take(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        self._taken[folder].add(_folded(name))

    def are_free(self, folder: str, names: Sequence[str]) -> bool:
        return not any(_folded(name) in self._taken[folder] for name in names)


def numbered(name: str) -> Iterator[str]:
    """Yield the name and then others like it: `a.jpg`, `a (2).jpg`, `a (3).jpg`."""
    stem, suffix = split(name)
    yield name
    number = 2
    while True:
        yield f"{stem} ({number}){suffix}"
        number += 1


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
