"""XMP packets that are too long for one segment of a JPEG."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

import pytest

from photos.metadata import Circumstances, Face, Facts, read_metadata
from photos.metadata.rdf import MOST_BYTES
from photos.tests import pictures
from photos.tests.xmp import bag, packet, regions

REST = packet(bag("dc:subject", *(f"word {number}" for number in range(90))) + regions(("Anna", 0.5, 0.5, 0.2, 0.2)))
NAME = md5(REST, usedforsecurity=False).hexdigest().upper()
LENGTH = 1000  # of a piece; programs make them as long as a segment may be


def segment(start: int, piece: bytes, name: str = NAME, whole: int = len(REST)) -> bytes:
    content = b"http://ns.adobe.com/xmp/extension/\0" + struct.pack(">32sII", name.encode(), whole, start) + piece
    return struct.pack(">HH", 0xFFE1, 2 + len(content)) + content


def pieces(rest: bytes = REST, whole: int = len(REST), name: str = NAME) -> list[bytes]:
    return [segment(at, rest[at : at + LENGTH], name, whole) for at in range(0, len(rest), LENGTH)]


def facts(folder: Path, segments: Sequence[bytes], name: str = NAME, **said: str) -> Facts:
    """Read a JPEG whose packet says this and names an extension, and which has these segments."""
    jpeg = pictures.jpeg(size=(400, 300), xmp=packet(xmp__Rating="4", xmpNote__HasExtendedXMP=name, **said))
    data = jpeg[:2] + b"".join(segments) + jpeg[2:]
    return read_metadata(pictures.on_disk(folder, data), Circumstances("a.jpg", datetime(2026, 1, 1, tzinfo=UTC))).facts


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["in order", "backwards"])
def test_the_rest_of_a_long_packet_is_read_in_whatever_order_its_pieces_lie(tmp_path: Path, order: slice) -> None:
    assert len(pieces()) > 2

    found = facts(tmp_path, pieces()[order])

    assert (found.rating, len(found.keywords), found.keywords[-1]) == (4, 90, "word 89")
    assert found.faces == (Face("Anna", 0.4, 0.4, 0.2, 0.2),)


def test_what_the_packet_says_itself_counts_before_its_rest(tmp_path: Path) -> None:
    rest = packet(xmp__Rating="1", photoshop__City="Lisbon")

    found = facts(tmp_path, pieces(rest, len(rest)))

    assert (found.rating, found.city) == (4, "Lisbon")


def test_the_name_of_the_rest_is_read_in_lower_case_too(tmp_path: Path) -> None:
    assert len(facts(tmp_path, pieces(name=NAME.lower())).keywords) == 90


@pytest.mark.parametrize(
    "segments",
    [
        [],
        pieces()[1:],
        pieces()[:-1],
        [*pieces(), pieces()[0]],
        pieces(whole=len(REST) + 1),
        pieces(whole=len(REST) - 1),
        [*pieces()[:1], *pieces(whole=5)[1:]],
        pieces(whole=MOST_BYTES + 1),
        pieces(name="0" * 32),
        [segment(0, b"")],
        [segment(2**32 - 1, REST)],
        pieces(b"<!DOCTYPE x>" + REST, len(REST) + 12),
        pieces(REST[:-40] + b" " * 40),
        [struct.pack(">HH", 0xFFE1, 2 + 20) + b"http://ns.adobe.com/"],
    ],
)
def test_a_rest_that_is_not_whole_or_nothing_to_read_harms_nothing(tmp_path: Path, segments: Sequence[bytes]) -> None:
    found = facts(tmp_path, segments, photoshop__City="Lisbon")

    assert (found.rating, found.city, found.keywords) == (4, "Lisbon", ())


def test_a_rest_that_the_packet_does_not_name_is_not_its_rest(tmp_path: Path) -> None:
    assert facts(tmp_path, pieces(), name="").keywords == ()


def test_a_rest_of_more_than_may_be_read_is_left_alone(tmp_path: Path) -> None:
    rest = packet(bag("dc:subject", "word") + "<strange:depth>" + "x" * MOST_BYTES + "</strange:depth>")
    long = [segment(at, rest[at : at + 60_000], whole=len(rest)) for at in range(0, len(rest), 60_000)]

    assert facts(tmp_path, long).keywords == ()
