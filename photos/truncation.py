from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal

from photos import jpeg2000, raw_previews
from photos.boxes import boxes
from photos.image_types import AVIF, HEIC, J2K, JP2, JPX, TIFF, WEBP, ImageType


def is_cut_short(path: Path, kind: ImageType) -> bool:
    """Tell whether the container itself promises more bytes than the file has.

    libheif decodes what is left of a cut HEIC without a word, and other decoders call a cut file merely unreadable.
    """
    promised = _PROMISES.get(kind)
    if promised is None and not kind.is_raw:
        return False
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return (promised(file, size) if promised else raw_previews.promised_end(file, kind.name)) > size


def _riff_end(file: BinaryIO, _: int) -> int:
    return 8 + int.from_bytes(file.read(8)[4:], "little")


def _last_box_end(file: BinaryIO, size: int) -> int:
    return max((box.end for box in boxes(file, 0, size)), default=size)


def _directory_start(file: BinaryIO, _: int) -> int:
    """Find the first directory (TIFF 6.0, 2; BigTIFF has a 64-bit offset); many writers put it after the pixels."""
    header = file.read(16)
    order: Literal["little", "big"] = "little" if header.startswith(b"II") else "big"
    big = int.from_bytes(header[2:4], order) == 43
    return 2 + int.from_bytes(header[8:16] if big else header[4:8], order)


_PROMISES: dict[ImageType, Callable[[BinaryIO, int], int]] = {
    WEBP: _riff_end,
    AVIF: _last_box_end,
    HEIC: _last_box_end,
    TIFF: _directory_start,
    JP2: jpeg2000.promised_end,
    JPX: jpeg2000.promised_end,
    J2K: jpeg2000.promised_end,
}
