"""An engine on disk.

A folder holds `manifest.json` and the one generation it names: a subfolder of files that are never written again. A
new generation counts from the moment its manifest is renamed into place; a process that has mapped the old one keeps
its memory until it looks again.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import numpy as np

from photos import storage
from search.engines import ENGINES, Engine
from search.index.manifest import MANIFEST, Manifest, SnapshotError, UnverifiedSnapshotError
from search.index.sealed import TEMPORARY
from search.index.spaces import Space
from search.index.stamps import VERIFIED, Stamp, has_word, leave_word, stamps_of
from search.models import Library

# What is hashed before the first search; reading more would make a person wait for it.
HASH_AT_ONCE = 64 * 2**20

_GENERATION = "snapshot-"


@dataclass(frozen=True, eq=False)
class Snapshot:
    manifest: Manifest
    engine: Engine


@dataclass(frozen=True, eq=False)
class Look:
    """What lay in the folder at one moment: a snapshot, or why there is none to use."""

    stamps: dict[Path, Stamp]
    snapshot: Snapshot | None = None
    error: SnapshotError | None = None

    def still_true(self) -> bool:
        """Tell whether every file is as it was; a few calls of stat(), so that each search can afford it.

        It guards the mapping too: a file that is changed or cut in place changes in our memory.
        """
        return stamps_of(self.stamps) == self.stamps


def look(space: Space) -> Look:
    """Look for a usable snapshot of this library in this space."""
    folder = space.folder
    stamps = stamps_of([folder / MANIFEST])
    try:
        manifest = Manifest.read(folder)
        # The position after the manifest: another process may change a photo and publish between the two.
        manifest.check_origin(space, *Library.position())
        stamps |= stamps_of([*manifest.paths(folder), folder / manifest.generation / VERIFIED])
        return Look(stamps, Snapshot(manifest, _open(manifest, folder)))
    except SnapshotError as exc:
        return Look(stamps, error=exc)


def verify(space: Space) -> None:
    """Hash the files of a large snapshot and leave word of it; raises SnapshotError. The caller holds the lock."""
    manifest = Manifest.read(space.folder)
    _check_hashes(manifest, space.folder)
    leave_word(manifest.paths(space.folder))


def publish(space: Space, library: UUID, cursor: int, engine: Engine, now: datetime) -> Manifest:
    """Make an engine the snapshot of its folder; the caller holds the folder's lock. Raises OSError."""
    generation = Path(tempfile.mkdtemp(prefix=_GENERATION, dir=space.folder))
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, generation, ignore_errors=True)
        engine.dump(generation)
        written = sorted(generation.iterdir())
        for path in written:
            storage.sync(path)
        manifest = Manifest(
            library=str(library),
            model=space.model,
            revision=space.revision,
            dimension=space.dimension,
            engine=engine.kind,
            count=engine.count,
            cursor=cursor,
            made_at=now.isoformat(timespec="seconds"),
            generation=generation.name,
            files={path.name: storage.sha256_of(path) for path in written},
        )
        leave_word(written)
        manifest.write(space.folder)
        undo.pop_all()
    _sweep(space.folder, keep=generation.name)
    return manifest


def _open(manifest: Manifest, folder: Path) -> Engine:
    if manifest.engine not in ENGINES:
        raise SnapshotError("The index was made by an engine this version does not have.")
    stamps = stamps_of(manifest.paths(folder))
    # FAISS loads a file with a flipped byte without an error: hashes come first.
    if sum(stamp[1] for stamp in stamps.values() if stamp) <= HASH_AT_ONCE:
        _check_hashes(manifest, folder)
    elif not has_word(stamps):
        raise UnverifiedSnapshotError("The index is large and is being verified.")
    try:
        engine = ENGINES[manifest.engine].open(folder / manifest.generation)
    except (OSError, ValueError, RuntimeError) as exc:
        raise SnapshotError("The index cannot be opened.") from exc
    if stamps_of(stamps) != stamps:
        raise SnapshotError("The index was changed while it was opened.")
    if engine.count != manifest.count or not bool(np.all(np.diff(engine.found_ids) > 0)):
        raise SnapshotError("The index does not hold what its manifest says.")
    return engine


def _check_hashes(manifest: Manifest, folder: Path) -> None:
    for path in manifest.paths(folder):
        try:
            intact = storage.sha256_of(path) == manifest.files[path.name]
        except OSError as exc:
            raise SnapshotError(f"{path.name} of the index is missing.") from exc
        if not intact:
            raise SnapshotError(f"{path.name} of the index is damaged.")


def _sweep(folder: Path, keep: str) -> None:
    """Remove older generations, and what a process that died left half-written."""
    for path in folder.iterdir():
        if path.name.startswith(_GENERATION) and path.name != keep:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(TEMPORARY):
            path.unlink(missing_ok=True)
