"""Where an XMP packet lies in a file: in one piece, and in a JPEG the rest of a long one behind it (ISO 16684-3)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from PIL import Image

from photos.metadata.rdf import MOST_BYTES

_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_NAMED = re.compile(rb"""HasExtendedXMP\s*(?:=\s*["']|>)\s*([0-9A-Fa-f]{32})""")
_HEAD = struct.Struct(">32sII")  # which packet, how long it is, and where in it this piece begins


def packet_of(image: Image.Image) -> bytes | str:
    """Return the XMP packet of an opened image, empty where there is none."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    return packet if isinstance(packet, bytes | str) else b""


def extension_of(image: Image.Image) -> bytes:
    """Return the rest of a packet that is too long for one segment of a JPEG, in whatever order its pieces lie.

    Empty where the packet names none, where a piece is lacking, twice there or another than promised, and where all of
    it would be too long to be read.
    """
    packet = packet_of(image)
    named = _NAMED.search(packet) if isinstance(packet, bytes) else None
    if named is None:
        return b""
    pieces = sorted(_pieces(image, named[1].upper()))
    promised = {length for _, length, _ in pieces}
    if len(promised) != 1 or max(promised) > MOST_BYTES:
        return b""
    whole = b""
    for start, _, piece in pieces:
        if start != len(whole):
            return b""
        whole += piece
    return whole if promised == {len(whole)} else b""


def _pieces(image: Image.Image, name: bytes) -> Iterator[tuple[int, int, bytes]]:
    for kind, content in getattr(image, "applist", ()):
        begins = len(_EXTENSION) + _HEAD.size
        if kind == "APP1" and content.startswith(_EXTENSION) and len(content) > begins:
            of, length, start = _HEAD.unpack_from(content, len(_EXTENSION))
            if of.upper() == name:
                yield start, length, content[begins:]
