"""Pictures of 12 and 16 bits a channel, byte by byte: Pillow writes hardly any of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

_SHORT, _LONG = 3, 4


def sixteen_bits(image: Image.Image) -> np.ndarray:
    """Return the pixels of an image as (height, width, channels) of 16 bits."""
    values = np.asarray(image).astype(np.uint16) * 257
    return values if values.ndim == 3 else values[..., None]


def png_of(values: np.ndarray) -> bytes:
    """Make a PNG of 16 bits a channel: grey, grey with alpha, RGB or RGBA by the number of channels."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def tiff_of(values: np.ndarray, order: str = "<", photometric: int = 2) -> bytes:
    """Make a TIFF of 16 bits a channel; photometric 1 is grey, 2 RGB, 5 CMYK."""
    channels = values.shape[2]
    return _tiff(values.shape[:2], values.astype(f"{order}u2").tobytes(), [16] * channels, order, photometric)


def tiff_of_12_bits(grey: np.ndarray) -> bytes:
    """Make a TIFF of one channel of 12 bits, two numbers in three bytes (TIFF 6.0, FillOrder 1)."""
    first, second = grey[:, ::2].astype(int), grey[:, 1::2].astype(int)
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=-1).astype(np.uint8)
    return _tiff(grey.shape, packed.tobytes(), [12], "<", 1)


def _tiff(size: tuple[int, ...], pixels: bytes, bits: Sequence[int], order: str, photometric: int) -> bytes:
    height, width = size
    tags = [
        (256, _LONG, width),
        (257, _LONG, height),
        (258, _SHORT, bits),
        (259, _SHORT, 1),
        (262, _SHORT, photometric),
        (273, _LONG, 0),
        (277, _SHORT, len(bits)),
        (278, _LONG, height),
        (279, _LONG, len(pixels)),
    ]
    behind = 8 + 2 + 12 * len(tags) + 4
    depths = struct.pack(f"{order}{len(bits)}H", *bits)
    table = b""
    for tag, kind, value in tags:
        if tag == 258 and len(bits) > 2:
            table += struct.pack(order + "HHII", tag, kind, len(bits), behind)
        elif tag == 258:
            table += struct.pack(order + "HHI", tag, kind, len(bits)) + depths.ljust(4, b"\0")
        elif tag == 273:
            table += struct.pack(order + "HHII", tag, kind, 1, behind + len(depths))
        else:
            table += struct.pack(order + "HHI" + ("H2x" if kind == _SHORT else "I"), tag, kind, 1, value)
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    return start + table + bytes(4) + depths + pixels
