"""IPTC blocks for tests."""

from __future__ import annotations

import struct


def record(dataset: int, value: str | bytes, number: int = 2) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">BBBH", 0x1C, number, dataset, len(data)) + data


def in_jpeg(jpeg: bytes, block: bytes) -> bytes:
    """Put a block into a JPEG, as Photoshop does."""
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(block)) + block + bytes(len(block) % 2)
    segment = b"Photoshop 3.0\0" + resource
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]
