from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can become of a file in an archive, named as ArchiveImport counts it."""

    ADDED = "added"
    THERE = "there"
    RESTORED = "restored"
    SIDECAR = "sidecars"
    LEFT = "left"  # it is no photo, and nobody takes it for one
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    path: str = ""
    why: str = ""
    unpacked: int = 0  # bytes
