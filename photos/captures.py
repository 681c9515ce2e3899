"""Which moment of which camera a file shows, as far as its own EXIF block says: what tells versions from namesakes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from PIL.ExifTags import Base
from rest_framework.exceptions import APIException

from photos.decoding import apart
from photos.exif import read_exif, text_of
from photos.images import opened

TOGETHER = timedelta(seconds=2)  # cameras write a raw file and its JPEG one after the other
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")


@dataclass(frozen=True)
class Capture:
    moment: datetime  # on the clock of the camera, naive
    camera: str

    def is_same(self, other: Capture) -> bool:
        return self.camera == other.camera and abs(self.moment - other.moment) <= TOGETHER


def capture_of(path: Path) -> Capture | None:
    """Read it from a file, None where the file does not say both or cannot be read."""
    try:
        return read_capture(path)
    except (APIException, OSError):
        return None


@apart
def read_capture(path: Path) -> Capture | None:
    """Read it as capture_of does; raises as photos.images.opened."""
    with opened(path) as (_, image):
        block = read_exif(image)
    match = _MOMENT.match(text_of(block.photo.get(Base.DateTimeOriginal)))
    camera = " ".join(text_of(block.image.get(Base.Model)).strip("\0").casefold().split())
    if not match or not camera:
        return None
    try:
        return Capture(datetime(*(int(part) for part in match.groups())), camera)  # type: ignore[arg-type]
    except ValueError:
        return None
