"""One message through a pipe: a length, a header in JSON, and the bytes whose lengths the header tells."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import IO, Any

_LENGTH = struct.Struct(">I")
LONGEST_HEADER = 16 * 2**20  # bytes

Frame = tuple[Any, list[bytes]]
Reader = Callable[[int], bytes]  # returns exactly so many bytes, or raises


class BadFrame(Exception):  # noqa: N818 - what it is
    """What came through the pipe is no message."""


def send(pipe: IO[bytes], told: Any, beside: Sequence[bytes] = ()) -> None:
    header = json.dumps([told, [len(data) for data in beside]]).encode()
    pipe.write(_LENGTH.pack(len(header)) + header)
    for data in beside:
        pipe.write(data)
    pipe.flush()


def receive(read: Reader, most: int) -> Frame:
    """Return a message with at most so many bytes beside it; raises BadFrame, and what `read` raises."""
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > LONGEST_HEADER:
        raise BadFrame(f"a header of {length} bytes")
    try:
        told, sizes = json.loads(read(length))
        sizes = [int(size) for size in sizes]
    except (ValueError, TypeError, RecursionError) as exc:
        raise BadFrame(str(exc)) from exc
    if min(sizes, default=0) < 0 or sum(sizes) > most:
        raise BadFrame(f"{sum(sizes)} bytes")
    return told, [read(size) for size in sizes]
