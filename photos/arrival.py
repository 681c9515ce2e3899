from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sidecar:
    """A file of notes beside a photo, whole: what another program said of it in XMP."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Arrival:
    """What came with a file and is not in its bytes; all of it may be missing."""

    modified_at: datetime | None = None  # of the file where it came from; aware
    folder: str = ""  # where it lay, as far as the sender told: "2019/Lisbon"
    sidecars: tuple[Sidecar, ...] = ()
