from __future__ import annotations

import pytest

from accounts.models import User
from search.engines import PqEngine, training
from search.index.live import live_index
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.tests.factories import NOW, bulk_photos, unit_vectors
from search.upkeep.recall import recall_of

pytestmark = pytest.mark.django_db


def test_exact_searches_find_everything(owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(300))

    found = recall_of(space)

    assert (found.share, found.queries) == (1.0, 200)
    assert str(found) == "recall@10 1.0000 over 200 photos as queries"


def test_what_an_index_misses_counts(owner: User, space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    bulk_photos(owner, unit_vectors(1_000))
    monkeypatch.setattr(training, "_PARTS", 4)
    rebuild(space, NOW, "pq")
    monkeypatch.setattr(PqEngine, "least_compared", 1)
    monkeypatch.setattr(PqEngine, "compared_for_each", 1)
    monkeypatch.setattr(PqEngine, "share_compared", 0)

    assert live_index(space).current().base.kind == "pq"
    assert 0.5 < recall_of(space).share < 0.99


def test_the_same_library_gives_the_same_figure(owner: User, space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    bulk_photos(owner, unit_vectors(500))
    rebuild(space, NOW, "pq")
    monkeypatch.setattr(PqEngine, "least_compared", 100)

    assert recall_of(space) == recall_of(space)


def test_where_there_is_nothing_to_find_nothing_is_missed(owner: User, space: Space) -> None:
    assert recall_of(space).queries == 0

    bulk_photos(owner, unit_vectors(1))

    assert (recall_of(space).share, recall_of(space).queries) == (1.0, 0)
