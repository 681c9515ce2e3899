"""Motion photos and Live Photos, byte by byte, as phones write them."""

from __future__ import annotations

import struct

from photos.tests import pictures

IDENTIFIER = "1F8B1C3E-7B0A-4B7C-9F55-0123456789AB"
VIDEO = struct.pack(">I4s4sI8s", 24, b"ftyp", b"mp42", 0, b"isommp42") + struct.pack(">I4s", 508, b"mdat") + bytes(500)


def still(xmp: str = "", **options: object) -> bytes:
    return pictures.encoded(pictures.corners(), "JPEG", quality=95, subsampling=0, **_with(xmp), **options)


def micro_video() -> bytes:
    """Make what Google's phones made at first: the length of the video as an attribute."""
    about = f'GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="{len(VIDEO)}"'
    return still(_packet(f"<rdf:Description {about}/>")) + VIDEO


def motion_photo(video: bytes = VIDEO, behind: bytes = b"") -> bytes:
    """Make a motion photo of format 1.0: a directory of all that lies in the file, perhaps more behind the video."""
    items = [("Primary", 0), ("MotionPhoto", len(video)), *([("Other", len(behind))] if behind else [])]
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{name}" Item:Length="{length}"/></rdf:li>'
        for name, length in items
    )
    directory = f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"
    about = f'<rdf:Description GCamera:MotionPhoto="1">{directory}</rdf:Description>'
    return still(_packet(about)) + video + behind


def samsungs() -> bytes:
    """Make what Samsung's phones make: blocks behind the JPEG, and a trailer that tells where they are."""
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + VIDEO
    directory = struct.pack("<4sIIHHII", b"SEFH", 106, 1, 0, 0x0A30, len(block), len(block))
    return still() + block + directory + struct.pack("<I4s", len(directory), b"SEFT")


def live_still(identifier: str = IDENTIFIER, model: str = "iPhone 15", moment: str = "2024:05:01 12:30:45") -> bytes:
    """Make the still half of a Live Photo, with its identifier in Apple's own notes."""
    notes = b"Apple iOS\0\0\1MM" + struct.pack(">HHHII", 1, 0x11, 2, len(identifier) + 1, 32) + bytes(4)
    block = pictures.exif(
        {0x010F: "Apple", 0x0110: model}, {0x9003: moment, 0x927C: notes + identifier.encode() + b"\0"}
    )
    return still(exif=block)


def live_video(identifier: str = IDENTIFIER, model: str = "", created: str = "") -> bytes:
    """Make the moving half of a Live Photo, as far as its keys."""
    keys = {"content.identifier": identifier, "model": model, "creationdate": created}
    said = {f"com.apple.quicktime.{name}".encode(): value.encode() for name, value in keys.items() if value}
    names = b"".join(struct.pack(">I4s", 8 + len(name), b"mdta") + name for name in said)
    values = b"".join(
        _box(struct.pack(">I", number), _box(b"data", struct.pack(">II", 1, 0) + value))
        for number, value in enumerate(said.values(), start=1)
    )
    meta = _box(b"keys", struct.pack(">II", 0, len(said)) + names) + _box(b"ilst", values)
    return _box(b"ftyp", b"qt  " + bytes(4)) + _box(b"mdat", bytes(300)) + _box(b"moov", _box(b"meta", meta))


def _with(xmp: str) -> dict[str, bytes]:
    return {"xmp": xmp.encode()} if xmp else {}


def _packet(about: str) -> str:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{about}</rdf:RDF></x:xmpmeta>'


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
