"""What a backup consists of, with the SHA-256 of every file and of itself: without it there is no backup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from cloudzy.backups.errors import BackupError, DamagedBackupError
from search.index.sealed import Unsealed, read_sealed, write_sealed

MANIFEST = "manifest.json"
FORMAT = 1

# A manifest tells where to write and what to delete, so its names are none but those that we give.
_DATABASE = re.compile(r"database-[0-9a-f]{12}\.db")
_ORIGINAL = re.compile(r"originals/[\w-]+/[\w-]+\.\w+", re.ASCII)


@dataclass(frozen=True)
class Original:
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """A backup of one library at one moment."""

    format: int
    made_at: str
    version: str  # of Cloudzy
    library: str
    database: str  # the name of its file
    database_sha256: str
    migrations: Sequence[str]  # the applied ones, as `photos.0001_initial`
    counts: Mapping[str, int]  # rows by table
    settings: Mapping[str, str]  # for people to read; a restore sets none of them
    originals: Mapping[str, Original]  # by name in the media folder
    lacking: Mapping[str, str]  # originals that the library had lost already, with the reason

    @property
    def bytes(self) -> int:
        return sum(original.bytes for original in self.originals.values())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the manifest of a folder; raises BackupError where there is none, DamagedBackupError."""
        try:
            content = read_sealed(folder / MANIFEST)
        except (FileNotFoundError, NotADirectoryError) as exc:
            raise BackupError(f"There is no backup in {folder}.") from exc
        except (Unsealed, OSError) as exc:
            raise DamagedBackupError([f"{MANIFEST} is not what was written"]) from exc
        if content.get("format") != FORMAT or set(content) != {field.name for field in fields(cls)}:
            raise BackupError("The backup was made by another version of Cloudzy: restore it with that one.")
        originals = {name: Original(**facts) for name, facts in content["originals"].items()}
        if not (_DATABASE.fullmatch(content["database"]) and all(map(_ORIGINAL.fullmatch, originals))):
            raise DamagedBackupError([f"{MANIFEST} names files that no backup has"])
        return cls(**content | {"originals": originals})

    def write(self, folder: Path) -> None:
        """Make this the backup in the folder, at one stroke; raises OSError."""
        write_sealed(folder / MANIFEST, asdict(self))
