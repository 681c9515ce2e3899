"""What a JP2 file says beside its codestream (ISO/IEC 15444-1, annex I), which Pillow passes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from photos.boxes import Box, boxes

_Info = dict[str | tuple[int, int], Any]  # as Pillow has it

_MOST_BYTES = 4 << 20  # of a note
_MOST_BOXES = 1000
_ICC_METHODS = (2, 3)  # a restricted profile, and in JPX any; 1 is the number of a space that Pillow knows
_IPTC_OF_PHOTOSHOP = 0x0404
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # ISO 16684-3
_EXIF = b"JpgTiffExif->JP2"
_IPTC = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")


def notes_in(path: Path) -> _Info:
    """Return the notes of a JP2 or JPX file by the names Pillow has for those of other files: exif, xmp and so on.

    Of each kind the first counts; what is longer than 4 MB is none. A bare codestream has no notes.
    """
    notes: _Info = {}
    with path.open("rb") as file:
        for name, content in _notes(file):
            notes.setdefault(name, content)
    return notes


def _notes(file: BinaryIO) -> Iterator[tuple[str, Any]]:
    for box in _some(file, Box(b"", 0, file.seek(0, 2))):
        if box.kind == b"jp2h":
            # Of several specifications of the colours the first counts (I.5.3.3).
            colours = next((inner for inner in _some(file, box) if inner.kind == b"colr"), None)
            if colours and (content := _content(file, colours))[:1] in map(_byte, _ICC_METHODS):
                yield "icc_profile", content[3:]
        elif box.kind == b"uuid" and (content := _content(file, box)):
            kind, note = content[:16], content[16:]
            if kind == _EXIF:
                yield "exif", note
            elif kind == _XMP:
                yield "xmp", note
            elif kind == _IPTC:
                yield "photoshop", {_IPTC_OF_PHOTOSHOP: note}


def _some(file: BinaryIO, outer: Box) -> Iterator[Box]:
    for box, _ in zip(boxes(file, outer.start, outer.end), range(_MOST_BOXES), strict=False):
        yield box


def _content(file: BinaryIO, box: Box) -> bytes:
    length = box.end - box.start
    if not 0 < length <= _MOST_BYTES:
        return b""
    file.seek(box.start)
    return file.read(length)


def _byte(number: int) -> bytes:
    return number.to_bytes()
