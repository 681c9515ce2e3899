"""IPTC-IIM, the older notes of news agencies (IPTC-NAA Information Interchange Model, version 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from PIL import Image

from photos.metadata.facts import Dates, Facts, Moment, keywords, line, lines
from photos.metadata.moments import moment_of

Records = Mapping[tuple[int, int], Sequence[bytes]]

MOST_BYTES = 1 << 20
_MARKER, _UTF8 = 0x1C, b"\x1b%G"
_IPTC_OF_TIFF, _IPTC_OF_PHOTOSHOP = 33723, 0x0404


def block_of(image: Image.Image) -> bytes:
    """Return the IPTC block of an opened image, empty where there is none."""
    resources = image.info.get("photoshop")
    block = resources.get(_IPTC_OF_PHOTOSHOP) if isinstance(resources, dict) else None
    if block is None and image.format == "TIFF":
        block = getattr(image, "tag_v2", {}).get(_IPTC_OF_TIFF)
    return block if isinstance(block, bytes) else b""


def records_of(block: bytes) -> Records:
    """Read the records of a block, as far as they go: values by record and dataset number, in their order."""
    found: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    block, at = block[:MOST_BYTES], 0
    while at + 5 <= len(block) and block[at] == _MARKER:
        size = int.from_bytes(block[at + 3 : at + 5])
        if size >= 0x8000 or at + 5 + size > len(block):  # longer ones are no texts; or the block is cut short
            break
        found[block[at + 1], block[at + 2]].append(block[at + 5 : at + 5 + size])
        at += 5 + size
    return found


def facts_of_iptc(block: bytes) -> Facts:
    """Make credible facts of an IPTC block."""
    records = records_of(block)
    is_utf8 = _UTF8 in records.get((1, 90), ())

    def texts(dataset: int) -> list[str]:
        return [_text(value, is_utf8) for value in records.get((2, dataset), ())]

    def text(dataset: int) -> str:
        return next(iter(texts(dataset)), "")

    return Facts(
        dates=Dates(original=_moment(text(55), text(60)), digitised=_moment(text(62), text(63))),
        city=line(text(90)),
        region=line(text(95)),
        country=line(text(101)),
        artist=line(", ".join(texts(80))),
        copyright=line(text(116)),
        title=line(text(5)) or line(text(105)),
        description=lines(text(120)),
        keywords=keywords(texts(25)),
    )


def _text(value: bytes, is_utf8: bool) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("utf-8" if is_utf8 else "latin-1", errors="replace")


def _moment(day: str, time: str) -> Moment | None:
    """Read `20220331` and `113156-0400`; a time alone is no date.

    An offset of nothing is what programs write that know of none, and so says nothing.
    """
    clock, offset = time[:6], time[6:].replace("+0000", "")
    if len(clock) == 6:
        clock = f" {clock[:2]}:{clock[2:4]}:{clock[4:]}"
    return moment_of(f"{day[:4]}-{day[4:6]}-{day[6:8]}{clock}", offset=offset, whole=False)
