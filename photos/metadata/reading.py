from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PIL import Image

from photos.decoding import apart
from photos.exif import read_exif, turn_of
from photos.images import opened
from photos.metadata.dates import Circumstances, Position, Taken, taken_of
from photos.metadata.faces import Stored
from photos.metadata.facts import Dates, Facts, keywords, united
from photos.metadata.from_exif import facts_of_exif
from photos.metadata.from_xmp import facts_of_xmp
from photos.metadata.iim import block_of, facts_of_iptc
from photos.metadata.packets import extension_of, packet_of
from photos.metadata.sources import DateSource

MOST_SIDECARS = 4  # that are read


@dataclass(frozen=True)
class Metadata:
    """What all sources together say of a photo, and each by itself of when it was taken."""

    facts: Facts  # without dates
    dates: Mapping[DateSource, Dates]
    around: Circumstances

    @property
    def position(self) -> Position:
        if self.facts.latitude is None or self.facts.longitude is None:
            return None
        return self.facts.latitude, self.facts.longitude

    def taken(self, position: Position, now: datetime) -> Taken:
        """Return when the photo was taken, if it was at this position; `now` is aware."""
        return taken_of(self.dates, self.around, position, now)


@apart
def read_metadata(path: Path, around: Circumstances, sidecars: Sequence[bytes] = ()) -> Metadata:
    """Read what an image file and the XMP files beside it, the newest first, say, believing nothing of it.

    Raises as photos.images.opened does where the file is no image at all.
    """
    with opened(path) as (_, image):
        exif, packet, block = read_exif(image), packet_of(image), block_of(image)
        stored, extension = _stored(image, turn_of(exif)), extension_of(image)
    by_exif, by_xmp, by_iptc = facts_of_exif(exif), facts_of_xmp(packet, stored, extension), facts_of_iptc(block)
    beside = [facts_of_xmp(sidecar, stored) for sidecar in sidecars[:MOST_SIDECARS]]
    of_people = [*beside, by_xmp, by_iptc, by_exif]
    facts = Facts(**united([*beside, by_exif, by_xmp, by_iptc], of_people))
    dates = {DateSource.EXIF: by_exif.dates, DateSource.XMP: by_xmp.dates, DateSource.IPTC: by_iptc.dates}
    if beside:
        dates[DateSource.SIDECAR] = next((one.dates for one in beside if one.dates != Dates()), Dates())
    return Metadata(replace(facts, keywords=_keywords(beside, of_people[len(beside) :])), dates, around)


@apart
def read_stored(path: Path) -> Stored:
    """Read how the pixels of an image file lie in it; raises as photos.images.opened does."""
    with opened(path) as (_, image):
        return _stored(image, turn_of(read_exif(image)))


def _keywords(beside: Sequence[Facts], embedded: Sequence[Facts]) -> tuple[str, ...]:
    """Return the keywords of all files beside it and of the first of its own sources that has any."""
    own = next((facts.keywords for facts in embedded if facts.keywords), ())
    return keywords([*(word for facts in beside for word in facts.keywords), *own])


def _stored(image: Image.Image, orientation: int) -> Stored:
    # libheif hands out a picture that is turned already and says how it was.
    turned = image.info.get("original_orientation")
    width, height = image.size
    return Stored(width, height, turned if isinstance(turned, int) else orientation)
