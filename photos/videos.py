"""What a video says of itself, as far as it tells whether it belongs to a photo: the moving half of a Live Photo."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO

from PIL import ExifTags

from photos.boxes import Box, inside
from photos.captures import Capture
from photos.decoding import apart
from photos.exif import read_exif
from photos.images import opened

_IDENTIFIER = b"com.apple.quicktime.content.identifier"
_CREATED = b"com.apple.quicktime.creationdate"
_MODEL = b"com.apple.quicktime.model"
_UUID = re.compile(rb"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_MOST_KEYS, _LONGEST = 100, 1000
_SUFFIXES = frozenset({".mov", ".mp4", ".m4v", ".mp", ".mv", ".qt"})


@dataclass(frozen=True)
class Video:
    identifier: str  # that Apple's phones write into both halves, "" for none
    capture: Capture | None


@dataclass(frozen=True)
class Still:
    """What a photo says that a video may say too."""

    identifiers: tuple[str, ...]


def is_film(path: PurePath) -> bool:
    """Tell by its name whether a file may be the moving half of a photo, to be looked at after the photos."""
    return path.suffix.lower() in _SUFFIXES


@apart
def read_video(path: Path) -> Video:
    """Read the keys of a QuickTime or MP4 file (QuickTime File Format, metadata atoms); what is damaged is left out."""
    with path.open("rb") as file:
        found = dict(_keys(file))
    created = found.get(_CREATED, b"").decode(errors="replace")
    camera = " ".join(found.get(_MODEL, b"").decode(errors="replace").casefold().split())
    try:
        capture = Capture(datetime.fromisoformat(created).replace(tzinfo=None), camera) if camera else None
    except ValueError:
        capture = None
    return Video(found.get(_IDENTIFIER, b"").decode(errors="replace"), capture)


@apart
def read_still(path: Path) -> Still:
    """Read the identifiers in the notes of an iPhone; raises as photos.images.opened."""
    with opened(path) as (_, image):
        notes = read_exif(image).photo.get(ExifTags.Base.MakerNote)
    return Still(tuple(found.decode() for found in _UUID.findall(notes)) if isinstance(notes, bytes) else ())


def belong_together(video: Video, still: Still, capture: Capture | None) -> bool:
    """Tell whether a video is the moving half of a photo: by their common identifier, else by camera and second."""
    if video.identifier and still.identifiers:
        return video.identifier in still.identifiers
    return bool(video.capture and capture and video.capture.is_same(capture))


def _keys(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    for movie in inside(file, Box(b"", 0, file.seek(0, 2)), b"moov"):
        for meta in inside(file, movie, b"meta"):
            for names in inside(file, meta, b"keys"):
                yield from _named(file, meta, _names(file, names))


def _names(file: BinaryIO, names: Box) -> list[bytes]:
    file.seek(names.start + 4)
    count = int.from_bytes(file.read(4), "big")
    found: list[bytes] = []
    for _ in range(min(count, _MOST_KEYS)):
        head = file.read(8)
        length = int.from_bytes(head[:4], "big") - 8
        if len(head) < 8 or not 0 < length <= _LONGEST:
            break
        found.append(file.read(length))
    return found


def _named(file: BinaryIO, meta: Box, names: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Pair names with values, each in a box that is called by the number of its name."""
    for values in inside(file, meta, b"ilst"):
        for value in inside(file, values):
            (number,) = struct.unpack(">I", value.kind.rjust(4, b"\0"))
            if 1 <= number <= len(names):
                for data in inside(file, value, b"data"):
                    file.seek(data.start + 8)
                    yield names[number - 1], file.read(max(0, min(data.end - data.start - 8, _LONGEST)))
