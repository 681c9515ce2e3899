"""Pictures for tests, made on the spot."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageDraw

Size = tuple[int, int]
RGB = tuple[int, int, int]

# Top left, top right, bottom left, bottom right of a picture made by corners().
CORNERS: tuple[RGB, RGB, RGB, RGB] = ((200, 30, 30), (30, 160, 60), (40, 60, 200), (240, 220, 40))


# Pillow leaves out what it cannot read of an EXIF block or a TIFF, as we want it, and warns.
corrupt_tags_allowed = pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF data:UserWarning:PIL.TiffImagePlugin",
    "ignore:Possibly corrupt EXIF data:UserWarning:PIL.TiffImagePlugin",
    "ignore:Truncated File Read:UserWarning:PIL.TiffImagePlugin",
    "ignore:Tag offset too large:UserWarning:PIL.TiffImagePlugin",
    "ignore:Tag data larger than file:UserWarning:PIL.TiffImagePlugin",
    "ignore:Metadata Warning, tag:UserWarning:PIL.TiffImagePlugin",
)


def plain(size: Size = (500, 375), colour: str = "red") -> Image.Image:
    return Image.new("RGB", size, colour)


def corners(size: Size = (60, 40)) -> Image.Image:
    """Make a picture of four quarters, each in its own colour, to see which way up it is."""
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    width, height = size[0] // 2, size[1] // 2
    for colour, (x, y) in zip(CORNERS, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
        draw.rectangle((x * width, y * height, x * width + size[0], y * height + size[1]), fill=colour)
    return image


def noise(size: Size = (500, 375)) -> Image.Image:
    """Make a picture that does not compress, so that a part of its file is a part of the picture."""
    return Image.effect_noise(size, 80).convert("RGB")


def corner_colours(image: Image.Image) -> list[RGB]:
    """Look at the middle of each quarter, in the order of CORNERS."""
    width, height = image.size
    pixels = image.convert("RGB").load()
    assert pixels is not None
    return [pixels[x * width // 4, y * height // 4] for x, y in ((1, 1), (3, 1), (1, 3), (3, 3))]  # type: ignore[misc]


def same_colours(left: list[RGB], right: list[RGB], tolerance: int = 12) -> bool:
    return all(
        abs(a - b) <= tolerance for one, two in zip(left, right, strict=True) for a, b in zip(one, two, strict=True)
    )


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def jpeg(size: Size = (500, 375), colour: str = "red", exif: bytes = b"", **options: Any) -> bytes:
    return encoded(plain(size, colour), "JPEG", exif=exif, **options)


def png(size: Size = (500, 375), colour: str = "red", **options: Any) -> bytes:
    return encoded(plain(size, colour), "PNG", **options)


def gif(frames: int = 3, size: Size = (60, 40)) -> bytes:
    """Make an animation whose first frame is corners(), the others grey."""
    others = [Image.new("RGB", size, (grey % 256,) * 3) for grey in range(frames - 1)]
    return encoded(corners(size), "GIF", save_all=True, append_images=others, duration=50)


def exif(
    image: Mapping[int, object] | None = None,
    photo: Mapping[int, object] | None = None,
    gps: Mapping[int, object] | None = None,
) -> bytes:
    """Make an EXIF block of its three directories, with the values as Pillow takes them."""
    block = Image.Exif()
    block.update(image or {})
    block.get_ifd(ExifTags.IFD.Exif).update(photo or {})
    block.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return block.tobytes()


def oriented(orientation: int) -> bytes:
    return exif({ExifTags.Base.Orientation: orientation})


def mpo(size: Size = (60, 40)) -> bytes:
    """Make a multi-picture JPEG, as 3D cameras and some phones do."""
    return encoded(corners(size), "MPO", save_all=True, append_images=[plain(size, "black")], quality=95)


def motion_photo() -> bytes:
    """Make a JPEG with a video behind its end, as phones do."""
    return encoded(corners(), "JPEG", quality=95) + struct.pack(">I4s4sI", 16, b"ftyp", b"mp42", 0) + bytes(500)


def truncated(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def png_claiming(width: int, height: int) -> bytes:
    """Make a PNG of a few bytes whose header promises any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _png_chunk(kind, data) for kind, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def tiff_with_tile(side: int) -> bytes:
    """Make a TIFF of 64 by 64 pixels that says it is kept in tiles of any size."""
    entries = (
        (256, 64),
        (257, 64),
        (258, 8),
        (259, 8),
        (262, 1),
        (277, 1),
        (322, side),
        (323, side),
        (324, 8),
        (325, 9),
    )
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4)


def swapped_profile() -> bytes:
    """Make an ICC profile whose red is sRGB's green and whose green is sRGB's red: whoever heeds it swaps them."""
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    white = (0.9642, 1.0, 0.8249)
    tags = {
        b"wtpt": _xyz(white),
        b"rXYZ": _xyz(green),
        b"gXYZ": _xyz(red),
        b"bXYZ": _xyz(blue),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), struct.pack(">4s4xIH2x", b"curv", 1, round(2.2 * 256))),
    }
    table, body = struct.pack(">I", len(tags)), b""
    at = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data
    size = at + len(body)
    header = struct.pack(">I4xI4s4s4s12x4s28x3i", size, 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp", *_fixed(white))
    return header.ljust(128, b"\0") + table + body


def on_disk(folder: Path, data: bytes, name: str = "picture") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *_fixed(values))


def _fixed(values: tuple[float, float, float]) -> list[int]:
    return [round(value * 65536) for value in values]
