from __future__ import annotations

import random
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL.ExifTags import Base

from photos import images
from photos.jpeg2000_notes import notes_in
from photos.metadata import Circumstances, DateSource, Metadata, read_metadata
from photos.tests import pictures
from photos.tests.iptc import record
from photos.tests.xmp import bag, packet

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLAIN = pictures.encoded(pictures.corners((90, 60)), "JPEG2000", irreversible=True)
EXIF = pictures.exif({Base.Model: "R5", Base.Orientation: 6}, {Base.DateTimeOriginal: "2019:05:21 10:45:52"})[6:]
XMP = packet(bag("dc:title", "Falcon", kind="Alt"), xmp__Rating="4")
IPTC = record(25, "bird") + record(90, "Soledad")
IDS = {
    "exif": b"JpgTiffExif->JP2",
    "xmp": bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC"),
    "iptc": bytes.fromhex("33C7A4D2B81D4723A0BAF1A3E097AD38"),
}


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def note(kind: str, content: bytes) -> bytes:
    return box(b"uuid", IDS[kind] + content)


def with_notes(*notes: bytes, behind: bool = False) -> bytes:
    """Put boxes of notes before or behind the codestream of a JP2 file."""
    at = len(PLAIN) if behind else PLAIN.index(b"jp2c") - 4
    return PLAIN[:at] + b"".join(notes) + PLAIN[at:]


def with_profile(profile: bytes, method: int = 2, image: bytes = PLAIN) -> bytes:
    """Put an ICC profile where a JP2 file names the number of a colour space."""
    header = image.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", image, header)
    old = image.index(b"colr", header) - 4
    (old_length,) = struct.unpack_from(">I", image, old)
    new = box(b"colr", bytes([method, 0, 0]) + profile)
    content = image[header + 8 : old] + new + image[old + old_length : header + length]
    return image[:header] + box(b"jp2h", content) + image[header + length :]


def read(folder: Path, data: bytes) -> Metadata:
    return read_metadata(pictures.on_disk(folder, data), Circumstances("a.jp2", NOW))


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("head", [b"", b"Exif\0\0"])
def test_exif_xmp_and_iptc_in_a_jp2_file_are_read(tmp_path: Path, behind: bool, head: bytes) -> None:
    notes = note("exif", head + EXIF), note("xmp", XMP), note("iptc", IPTC)

    found = read(tmp_path, with_notes(*notes, behind=behind))

    facts, taken = found.facts, found.taken(None, NOW)
    assert (facts.camera_model, facts.title, facts.rating) == ("R5", "Falcon", 4)
    assert (facts.keywords, facts.city) == (("bird",), "Soledad")
    assert (taken.wall, taken.source) == (datetime(2019, 5, 21, 10, 45, 52), DateSource.EXIF)


def test_a_jp2_file_is_turned_as_its_exif_block_says(tmp_path: Path) -> None:
    upright = images.decode(pictures.on_disk(tmp_path, with_notes(note("exif", EXIF))), None, None)

    left_top, right_top, left_bottom, right_bottom = pictures.CORNERS
    assert (upright.info.width, upright.info.height) == (60, 90)
    turned = [left_bottom, left_top, right_bottom, right_top]
    assert pictures.same_colours(pictures.corner_colours(upright.image), turned, tolerance=30)


@pytest.mark.parametrize("method", [2, 3])
def test_colours_of_a_jp2_file_are_brought_to_srgb_by_its_profile(tmp_path: Path, method: int) -> None:
    red = pictures.encoded(pictures.plain((40, 40), "red"), "JPEG2000")
    data = with_profile(pictures.swapped_profile(), method, red)

    (r, g, _), *_ = pictures.corner_colours(images.open_upright(pictures.on_disk(tmp_path, data), None))

    assert (r < 60, g > 200) == (True, True)


def test_of_several_notes_of_a_kind_the_first_counts(tmp_path: Path) -> None:
    two = note("xmp", packet(xmp__Rating="2")), note("xmp", packet(xmp__Rating="5"))

    assert read(tmp_path, with_notes(*two)).facts.rating == 2


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        pictures.encoded(pictures.corners(), "JPEG2000", no_jp2=True),
        with_notes(box(b"uuid", b"short"), box(b"uuid", b""), box(b"uuid", bytes(16) + b"of somebody")),
        with_notes(note("exif", b"rubbish"), note("xmp", b"<"), note("iptc", b"\x1c")),
        with_notes(note("xmp", XMP + b" " * (4 << 20)), behind=True),
        with_profile(b"no profile"),
    ],
    ids=["plain", "bare", "of others", "rubbish", "too long", "no profile"],
)
def test_a_file_without_notes_that_can_be_read_is_a_photo_all_the_same(tmp_path: Path, data: bytes) -> None:
    assert (read(tmp_path, data).facts.rating, read(tmp_path, data).facts.camera_model) == (None, "")
    assert images.inspect(tmp_path / "picture", 100_000).width in (90, 60)


def test_no_flipped_byte_among_the_boxes_is_an_error(tmp_path: Path) -> None:
    chance = random.Random(7)
    whole = with_profile(pictures.swapped_profile(), image=with_notes(note("exif", EXIF), note("xmp", XMP)))
    boxes_end = whole.index(b"jp2c")

    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            data[chance.randrange(boxes_end)] = chance.choice([0, 255, chance.randrange(256)])
        notes = notes_in(pictures.on_disk(tmp_path, bytes(data)))

        assert set(notes) <= {"exif", "xmp", "photoshop", "icc_profile"}
