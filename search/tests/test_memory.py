from __future__ import annotations

import numpy as np
import pytest

from accounts.models import User
from photos.embeddings import put_vector
from search.index.live import LiveIndex
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.tests.factories import NOW, bulk_photos, unit_vectors
from search.upkeep.memory import memory_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("engine", ["flat", "pq"])
def test_files_are_mapped_and_only_what_is_new_is_private(engine: str, owner: User, space: Space) -> None:
    photos = bulk_photos(owner, unit_vectors(500))
    rebuild(space, NOW, engine)
    index = LiveIndex(space)

    before = memory_of(index.current(), space)
    put_vector(photos[0], unit_vectors(1, seed=1)[0], space.model)
    after = memory_of(index.current(), space)

    files = sum(path.stat().st_size for path in space.folder.rglob("*.*") if path.suffix != ".json")
    assert files <= before.mapped < files + 3 * 4096
    assert 0 < before.resident <= before.mapped
    assert before.private == 0
    assert 500 < after.private < 100_000


def test_rows_in_memory_are_private(owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(500))

    held = memory_of(LiveIndex(space).current(), space)

    assert held.mapped == 0
    assert held.private >= unit_vectors(500).nbytes + np.arange(500).nbytes
