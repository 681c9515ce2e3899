from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self
from uuid import UUID

from search.index.sealed import Unsealed, read_sealed, write_sealed
from search.index.spaces import Space

MANIFEST = "manifest.json"


class SnapshotError(Exception):
    """The snapshot cannot be used; the message says why in words for a person."""


class MissingSnapshotError(SnapshotError):
    """There is none, which is how every library begins."""


class UnverifiedSnapshotError(SnapshotError):
    """It may be fine, but it is large and no process has hashed its files yet."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was made from, and the files it consists of."""

    library: str
    model: str
    revision: str
    dimension: int
    engine: str
    count: int
    cursor: int  # every change up to this one is in it
    made_at: str
    generation: str  # the subfolder of the files
    files: dict[str, str]  # name -> SHA-256

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of a folder; raises SnapshotError."""
        try:
            content = read_sealed(folder / MANIFEST)
        except FileNotFoundError as exc:
            raise MissingSnapshotError("There is no index file yet.") from exc
        except (Unsealed, OSError) as exc:
            raise SnapshotError("The manifest of the index is damaged.") from exc
        if set(content) != {field.name for field in fields(cls)}:
            raise SnapshotError("The index was written by another version.")
        return cls(**content)

    def write(self, folder: Path) -> None:
        """Make this the manifest of the folder, at one stroke; raises OSError."""
        write_sealed(folder / MANIFEST, asdict(self))

    def paths(self, folder: Path) -> list[Path]:
        return [folder / self.generation / name for name in sorted(self.files)]

    def check_origin(self, space: Space, library: UUID, cursor: int) -> None:
        """Raise SnapshotError unless it was made from this library, no newer than `cursor`, in this space."""
        if (self.model, self.revision, self.dimension) != (space.model, space.revision, space.dimension):
            raise SnapshotError("The index was made by another model.")
        if self.library != str(library):
            raise SnapshotError("The index was made from another database.")
        if self.cursor > cursor:
            raise SnapshotError("The index is newer than the database.")
