from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image

from photos.decoding import apart
from photos.exif import read_exif, turn_of
from photos.images import opened
from photos.metadata.dates import Circumstances, Position, Taken, taken_of
from photos.metadata.faces import Stored
from photos.metadata.facts import Dates, Facts, united
from photos.metadata.from_exif import facts_of_exif
from photos.metadata.from_xmp import facts_of_xmp, packet_of
from photos.metadata.iim import block_of, facts_of_iptc
from photos.metadata.sources import DateSource

MOST_SIDECARS = 4

# Who is asked first: for what a camera writes, and for what people do (photos.metadata.facts.WORDS).
_OF_CAMERAS = (DateSource.SIDECAR, DateSource.EXIF, DateSource.XMP, DateSource.IPTC)
_OF_PEOPLE = (DateSource.SIDECAR, DateSource.XMP, DateSource.IPTC, DateSource.EXIF)


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
    """Read what an image file and the XMP files beside it say, believing nothing of it.

    Raises as photos.images.opened does where the file is no image at all.
    """
    with opened(path) as (_, image):
        exif, packet, block = read_exif(image), packet_of(image), block_of(image)
        stored = _stored(image, turn_of(exif))
    written = {DateSource.EXIF: facts_of_exif(exif)}
    written[DateSource.XMP] = facts_of_xmp(packet, stored)
    written[DateSource.IPTC] = facts_of_iptc(block)
    beside = [facts_of_xmp(sidecar, stored) for sidecar in sidecars[:MOST_SIDECARS]]
    if beside:
        written[DateSource.SIDECAR] = next((facts for facts in beside if facts != Facts()), beside[0])
    of_cameras = [written[source] for source in _OF_CAMERAS if source in written]
    of_people = [written[source] for source in _OF_PEOPLE if source in written]
    dates = {source: facts.dates for source, facts in written.items()}
    return Metadata(Facts(**united(of_cameras, of_people)), dates, around)


def _stored(image: Image.Image, orientation: int) -> Stored:
    # libheif hands out a picture that is turned already and says how it was.
    turned = image.info.get("original_orientation")
    width, height = image.size
    return Stored(width, height, turned if isinstance(turned, int) else orientation)
