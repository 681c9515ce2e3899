"""ZIPs for tests, good and evil."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2019, 5, 21, 10, 45, 52)), data, compression)
    return buffer.getvalue()


def with_link(name: str, target: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """Say of every file of a ZIP that it is encrypted."""
    found = bytearray(data)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = found.find(sign)
        while at >= 0:
            found[at + place] |= 1
            at = found.find(sign, at + 4)
    return bytes(found)


def promising(count: int, size: int) -> bytes:
    """Make the end of a ZIP that promises so many files, and a list of them of so many bytes."""
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    return end64 + locator + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def understated(data: bytes) -> bytes:
    """Have the end of a ZIP promise one file, however long the list before it is."""
    return data[:-14] + struct.pack("<HH", 1, 1) + data[-10:]


def with_two_ends(data: bytes) -> bytes:
    """Put the end that large archives have before that of a ZIP, which from then on tells of hardly any list."""
    count, size, offset = struct.unpack("<HLL", data[-12:-2])
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    return data[:-22] + end64 + locator + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, 50, 0, 0)
