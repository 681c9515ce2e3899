"""What was found out about an index file, kept beside it for the page that shows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from search.index.manifest import Manifest, SnapshotError
from search.index.sealed import Unsealed, read_sealed, write_sealed
from search.index.spaces import Space


@dataclass(frozen=True)
class Finding:
    """What came of looking, in words for a person, and whether that is how it should be."""

    text: str
    well: bool
    found_at: str = ""
    generation: str = ""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.found_at)


def keep(space: Space, name: str, finding: Finding, now: datetime) -> None:
    """Keep what was found about the index file there is now; nothing where there is none. Raises OSError."""
    if generation := generation_of(space):
        content = asdict(finding) | {"found_at": now.isoformat(timespec="seconds"), "generation": generation}
        write_sealed(space.folder / f"{name}.json", content)


def finding_of(space: Space, name: str) -> Finding | None:
    """Return what was found about the index file there is now, None where nobody has looked."""
    try:
        finding = Finding(**read_sealed(space.folder / f"{name}.json"))
    except (Unsealed, OSError, TypeError):
        return None
    return finding if finding.generation == generation_of(space) else None


def generation_of(space: Space) -> str:
    try:
        return Manifest.read(space.folder).generation
    except SnapshotError:
        return ""
