"""Photos that one camera took within seconds: bursts, and raw files with their JPEGs and what was made of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from photos.image_types import RAW_FORMATS
from photos.metadata import DateSource
from photos.version_names import VersionName

if TYPE_CHECKING:
    from photos.models.queryset import PhotoQuerySet

TOGETHER = timedelta(seconds=5)
# Dates that are a guess, and at best one of the day.
UNSURE_DATES = frozenset({DateSource.FOLDER, DateSource.FILE, DateSource.UPLOAD})
_SAME_MOMENT = timedelta(seconds=2)  # cameras write a raw file and its JPEG one after the other
_MOST = 60  # that are looked at behind each: a fast camera takes 20 a second


@dataclass(frozen=True)
class Shot:
    pk: int
    at: datetime
    camera: str
    is_raw: bool
    name: str  # of the file
    looks: int | None  # signed bits of its pHash

    def is_version_of(self, other: Shot) -> bool:
        """Tell whether one of the two is the raw file of the other, or what was made of it."""
        if abs(self.at - other.at) > _SAME_MOMENT:
            return False
        one, another = VersionName.of(self.name), VersionName.of(other.name)
        return one.key == another.key and (self.is_raw != other.is_raw or one.is_edited != another.is_edited)

    def bits_from(self, other: Shot) -> int | None:
        """Return in how many bits the two look different; None where either looks like nothing."""
        if self.looks is None or other.looks is None:
            return None
        return ((self.looks ^ other.looks) % 2**64).bit_count()


def taken_together(photos: PhotoQuerySet) -> Iterator[tuple[Shot, Shot]]:
    """Yield the pairs of these photos that one camera took within seconds of one another, as their files say."""
    recent: deque[Shot] = deque(maxlen=_MOST)
    for shot in _shots(photos):
        while recent and shot.at - recent[0].at > TOGETHER:
            recent.popleft()
        yield from ((earlier, shot) for earlier in recent if earlier.camera == shot.camera)
        recent.append(shot)


def _shots(photos: PhotoQuerySet) -> Iterator[Shot]:
    dated = photos.exclude(taken_at_source__in=UNSURE_DATES).exclude(camera_model="").order_by("taken_at", "pk")
    columns = ("pk", "taken_at", "camera_model", "format", "original_name", "fingerprint__perceptual")
    for pk, at, camera, kind, name, looks in dated.values_list(*columns).iterator():
        yield Shot(pk, at, camera.casefold(), kind in RAW_FORMATS, name, looks)
