from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from photos.metadata.facts import Dates, Facts, Moment
from photos.metadata.iim import block_of, facts_of_iptc
from photos.tests import pictures
from photos.tests.iptc import in_jpeg, record

BLOCK = b"".join(
    [
        record(90, b"\x1b%G", number=1),
        record(5, "Falcon"),
        record(25, "Bird"),
        record(25, "nest"),
        record(25, "bird"),
        record(55, "20220331"),
        record(60, "113156-0700"),
        record(62, "20220401"),
        record(63, "080000+0000"),
        record(80, "Anna"),
        record(80, "Ben"),
        record(90, "Soledad"),
        record(95, "California"),
        record(101, "USA"),
        record(116, "All rights reserved"),
        record(120, "Leaving\rits nest"),
    ]
)


def test_a_block_tells_what_agencies_write() -> None:
    assert facts_of_iptc(BLOCK) == Facts(
        dates=Dates(
            original=Moment(datetime(2022, 3, 31, 11, 31, 56), -420), digitised=Moment(datetime(2022, 4, 1, 8))
        ),
        city="Soledad",
        region="California",
        country="USA",
        artist="Anna, Ben",
        copyright="All rights reserved",
        title="Falcon",
        description="Leaving\nits nest",
        keywords=("Bird", "nest"),
    )


@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
def test_the_block_of_a_file_is_found(tmp_path: Path, image_format: str) -> None:
    data = pictures.encoded(
        pictures.plain((8, 6)), image_format, **({"tiffinfo": {33723: BLOCK}} if image_format == "TIFF" else {})
    )
    path = pictures.on_disk(tmp_path, in_jpeg(data, BLOCK) if image_format == "JPEG" else data)

    with Image.open(path) as image:
        assert facts_of_iptc(block_of(image)).title == "Falcon"


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [
        ("20220331", "", Moment(datetime(2022, 3, 31), parts=3)),
        ("", "143000+0000", None),
        ("00000000", "143000+0000", None),
        ("20220230", "143000", None),
        ("20220331", "143000+0100", Moment(datetime(2022, 3, 31, 14, 30), 60)),
    ],
)
def test_a_day_may_stand_alone_and_a_time_may_not(day: str, time: str, moment: Moment | None) -> None:
    assert facts_of_iptc(record(55, day) + record(60, time)).dates.original == moment


@pytest.mark.parametrize("written", ["Zürich".encode(), "Zürich".encode("latin-1")])
def test_texts_are_read_in_the_encoding_they_have(written: bytes) -> None:
    assert facts_of_iptc(record(90, written)).city == "Zürich"


@pytest.mark.parametrize(
    "block", [b"", b"rubbish", record(5, "x")[:-1], b"\x1c\x02\x05\x80\x04\0\0\0\x01x", b"\x1c" * 50]
)
def test_a_damaged_block_is_read_as_far_as_it_goes(block: bytes) -> None:
    assert facts_of_iptc(block) == Facts()


def test_no_flipped_byte_of_a_block_raises() -> None:
    chance = random.Random(3)
    for _ in range(1000):
        data = bytearray(BLOCK)
        for _ in range(chance.choice([1, 4, 16])):
            data[chance.randrange(len(data))] = chance.randrange(256)

        assert isinstance(facts_of_iptc(bytes(data)), Facts)
