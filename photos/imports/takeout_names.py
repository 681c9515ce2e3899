"""Which of Google Takeout's JSON files tells of which photo, by names that Google cuts, numbers and renames.

`x.jpg` has `x.jpg.json`, later `x.jpg.supplemental-metadata.json`, cut to 46 characters before `.json`; `x(1).jpg` has
`x.jpg(1).json` or `x.jpg.supplemental-metadata(1).json`; `x-edited.jpg` and the film of a live photo have that of `x`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from photos.version_names import VersionName

NOTES = ".supplemental-metadata"
CUT = 46
LEAST_CUT = 40  # of characters; Google counts in bytes, and perhaps otherwise

Key = tuple[str, int]  # the name without its ending, and the number that tells namesakes apart

_NUMBERED = re.compile(r"^(?P<name>.+)\((?P<number>\d{1,4})\)$")
# How else the still picture of a film may be called, or that of a converted photo.
_OTHER_SUFFIXES = (".heic", ".jpg", ".jpeg", ".png", ".dng")
_FILMS = (".mp4", ".mov", ".mp", ".mv")


class NotesByName:
    """The JSON files of one folder, found by the names of the photos they tell of."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths: dict[Key, Path] = {}
        for path in paths:
            self._paths.setdefault(key_of_notes(path.name), path)

    def of(self, photo: str) -> Path | None:
        """Return the file that tells of the photo of this name, None where there is none."""
        return next((self._paths[key] for key in keys_of_photo(photo) if key in self._paths), None)


def key_of_notes(name: str) -> Key:
    """Return by what the JSON file of this name is found."""
    return _parted(_folded(PurePosixPath(name).stem))


def keys_of_photo(photo: str) -> Iterator[Key]:
    """Yield what the JSON file of a photo of this name may be found by, the likeliest first."""
    for name, number in _spellings(_folded(photo)):
        yield from ((base, number) for base in _bases(name))


def _spellings(photo: str) -> Iterator[Key]:
    """Yield what the photo may be called in the name of its JSON file, with the number that tells namesakes apart."""
    path = PurePosixPath(photo)
    stem, number = _parted(path.stem)
    yield stem + path.suffix, number
    if number:
        yield photo, 0
    version = VersionName.of(photo)
    if version.is_edited:
        plain, number = _parted(version.key)
        for suffix in (path.suffix, *_OTHER_SUFFIXES):
            yield plain + suffix, number
    if path.suffix in _FILMS:
        for suffix in _OTHER_SUFFIXES:
            yield stem + suffix, number


def _bases(name: str) -> Iterator[str]:
    """Yield the names that JSON files of a photo may have, the fullest first."""
    whole = name + NOTES
    yield from (whole[:length] for length in range(len(whole), len(name) - 1, -1))
    if len(name) > LEAST_CUT:
        yield from (name[:length] for length in range(min(len(name) - 1, CUT + 1), LEAST_CUT - 1, -1))
    yield PurePosixPath(name).stem


def _parted(stem: str) -> Key:
    found = _NUMBERED.match(stem)
    return (found["name"], int(found["number"])) if found else (stem, 0)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
