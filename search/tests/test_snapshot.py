from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from search.engines import ENGINES, Rows
from search.index import snapshot
from search.index.locks import folder_lock
from search.index.manifest import MANIFEST, Manifest, MissingSnapshotError, UnverifiedSnapshotError
from search.index.sealed import write_sealed
from search.index.snapshot import look, publish, verify
from search.index.spaces import Space
from search.models import IndexChange, Library
from search.tests.factories import DIMENSION, NOW, unit_vectors

pytestmark = pytest.mark.django_db

IDS = np.arange(1, 41, dtype=np.int64)
VECTORS = unit_vectors(40)


@pytest.fixture(params=sorted(ENGINES))
def manifest(request: pytest.FixtureRequest, space: Space) -> Manifest:
    """A snapshot of forty photos, made at the newest change."""
    IndexChange.record(1)
    return publish_engine(space, request.param)


def publish_engine(space: Space, kind: str = "flat") -> Manifest:
    library, cursor = Library.position()
    with folder_lock(space.folder):
        return publish(space, library, cursor, ENGINES[kind].build(DIMENSION, Rows.of((IDS, VECTORS))), NOW)


def files_of(space: Space) -> list[Path]:
    return sorted(path for path in space.folder.rglob("*") if path.is_file() and path.stat().st_size)


def why_not(space: Space) -> str:
    found = look(space)
    assert found.snapshot is None
    return str(found.error)


def test_a_published_snapshot_is_found_with_what_it_was_made_of(manifest: Manifest, space: Space) -> None:
    found = look(space).snapshot

    assert found is not None
    assert found.manifest == manifest
    assert found.engine.search(VECTORS[6], 1).ids.tolist() == [7]
    assert (manifest.model, manifest.revision, manifest.dimension) == (space.model, "1", DIMENSION)
    assert (manifest.count, manifest.made_at) == (40, "2024-05-01T12:00:00+00:00")
    assert manifest.cursor == Library.position()[1]


def test_where_there_is_none_that_is_said(space: Space) -> None:
    assert isinstance(look(space).error, MissingSnapshotError)


@pytest.mark.usefixtures("manifest")
def test_a_flipped_byte_anywhere_in_any_file_is_noticed(space: Space) -> None:
    for path in files_of(space):
        good = path.read_bytes()
        for place in {*range(0, len(good), max(1, len(good) // 29)), len(good) - 1}:
            path.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])

            found = look(space)

            # The word on hashes matters for large files only: small ones are hashed each time.
            assert found.snapshot is None or path.name == "verified.json", (path.name, place)
        path.write_bytes(good)
    assert look(space).snapshot is not None


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-9])])
def test_a_missing_or_truncated_file_is_noticed(
    damage: Callable[[Path], object], manifest: Manifest, space: Space
) -> None:
    for path in manifest.paths(space.folder):
        good = path.read_bytes()
        damage(path)

        assert why_not(space).startswith(f"{path.name} of the index is")

        path.write_bytes(good)
    damage(space.folder / MANIFEST)
    assert look(space).snapshot is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"library": "00000000-0000-4000-8000-000000000000"}, "another database"),
        ({"model": "fake@2-32d"}, "another model"),
        ({"revision": "2"}, "another model"),
        ({"dimension": 31}, "another model"),
        ({"cursor": 10**6}, "newer than the database"),
        ({"count": 41}, "does not hold what its manifest says"),
        ({"engine": "magic"}, "an engine this version does not have"),
    ],
)
def test_a_foreign_or_stale_manifest_is_noticed(
    change: dict[str, object], complaint: str, manifest: Manifest, space: Space
) -> None:
    replace(manifest, **change).write(space.folder)  # type: ignore[arg-type]

    assert complaint in why_not(space)


def test_a_manifest_of_another_version_is_noticed(manifest: Manifest, space: Space) -> None:
    write_sealed(space.folder / MANIFEST, asdict(manifest) | {"colour": "red"})

    assert why_not(space) == "The index was written by another version."


@pytest.mark.usefixtures("manifest")
def test_a_new_snapshot_replaces_the_old_and_what_dead_processes_left(space: Space) -> None:
    (space.folder / "snapshot-dead").mkdir()
    (space.folder / "snapshot-dead" / "ids.npy").write_bytes(b"half")
    (space.folder / ".writing-dead").write_bytes(b"half")

    newer = publish_engine(space)

    assert {path.name for path in space.folder.iterdir()} == {".lock", MANIFEST, newer.generation}


@pytest.mark.usefixtures("manifest")
def test_what_is_mapped_outlives_its_replacement(space: Space) -> None:
    old = look(space).snapshot
    assert old is not None

    publish_engine(space)

    assert old.engine.search(VECTORS[6], 1).ids.tolist() == [7]


def test_a_write_that_fails_leaves_the_old_snapshot_alone(manifest: Manifest, space: Space) -> None:
    (space.folder / MANIFEST).unlink()
    (space.folder / MANIFEST).mkdir()  # in the way of the rename

    with pytest.raises(OSError, match=MANIFEST):
        publish_engine(space)

    assert {path.name for path in space.folder.iterdir()} == {".lock", MANIFEST, manifest.generation}


def test_a_look_is_true_as_long_as_every_file_is_as_it_was(manifest: Manifest, space: Space) -> None:
    for path in [space.folder / MANIFEST, *manifest.paths(space.folder)]:
        before = look(space)
        assert before.still_true()

        path.write_bytes(path.read_bytes())

        assert not before.still_true()


def test_a_look_at_nothing_is_true_until_there_is_something(space: Space) -> None:
    before = look(space)

    publish_engine(space)

    assert not before.still_true()


def test_a_large_snapshot_is_trusted_on_word_that_it_was_hashed(
    manifest: Manifest, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "HASH_AT_ONCE", 100)
    data = manifest.paths(space.folder)[-1]
    assert look(space).snapshot is not None, "its writer has left word"

    data.write_bytes(data.read_bytes())  # the same bytes, but who knows
    unverified = look(space)
    verify(space)

    assert isinstance(unverified.error, UnverifiedSnapshotError)
    assert not unverified.still_true(), "the word is looked for"
    assert look(space).snapshot is not None


def test_nobody_gives_word_for_a_damaged_large_snapshot(
    manifest: Manifest, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "HASH_AT_ONCE", 100)
    data = manifest.paths(space.folder)[-1]
    data.write_bytes(data.read_bytes()[:-1] + b"\x55")

    with pytest.raises(snapshot.SnapshotError, match="damaged"):
        verify(space)

    assert isinstance(look(space).error, UnverifiedSnapshotError)
