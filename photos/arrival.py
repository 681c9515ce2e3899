from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from photos.models import Photo, PhotoFile


@dataclass(frozen=True)
class Sidecar:
    """A file of notes beside a photo, whole: what another program said of it in XMP."""

    name: str
    data: bytes


class Story(Protocol):
    """What is known of a photo that was in a library before, told while its row is made: all of it or no photo."""

    @property
    def is_whole(self) -> bool:
        """Whether it tells all versions of the photo, so that no other file is looked for to be one."""

    @property
    def files(self) -> Sequence[PhotoFile]:
        """What belongs to it beside its original: rows without a photo yet, their bytes kept already."""

    def before(self, photo: Photo) -> None:
        """Set columns of a row that is about to be inserted; it may be asked more than once."""

    def after(self, photo: Photo) -> None:
        """Write what hangs on the row, in the transaction of its insertion."""


@dataclass(frozen=True)
class Arrival:
    """What came with a file and is not in its bytes; all of it may be missing."""

    modified_at: datetime | None = None  # of the file where it came from; aware
    folder: str = ""  # where it lay, as far as the sender told: "2019/Lisbon"
    sidecars: tuple[Sidecar, ...] = ()
    story: Story | None = None
