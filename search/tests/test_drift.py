from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photos.embeddings import put_vector
from photos.models import Embedding, Photo
from search.engines import ENGINES
from search.index.live import LiveIndex
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.tests.factories import NOW, axis, bulk_photos
from search.upkeep.drift import Drift, drift_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=sorted(ENGINES))
def photos(request: pytest.FixtureRequest, make_photo: Callable[..., Photo], space: Space) -> list[Photo]:
    """Four photos in a snapshot and two newer ones."""
    photos = [make_photo(embedding=axis(number)) for number in range(4)]
    rebuild(space, NOW, request.param)
    return [*photos, make_photo(embedding=axis(4)), make_photo(embedding=axis(5))]


def test_an_index_that_was_told_everything_does_not_drift(photos: list[Photo], space: Space) -> None:
    photos[0].delete()
    put_vector(photos[1], axis(9), space.model)

    assert not drift_of(LiveIndex(space).current(), space)


def test_rows_changed_behind_its_back_are_found(photos: list[Photo], space: Space) -> None:
    state = LiveIndex(space).current()
    Photo.objects.filter(pk__in=[photos[0].pk, photos[4].pk]).update(archived=True)
    Embedding.objects.filter(photo=photos[1]).update(vector=axis(9))
    (added,) = bulk_photos(photos[0].owner, axis(8)[np.newaxis])

    drift = drift_of(state, space)

    assert drift == Drift(missing=[added.pk], extra=[photos[0].pk, photos[4].pk], changed=[photos[1].pk])
    assert str(drift) == "1 missing, 2 too many, 1 with another vector"


def test_what_changes_while_we_compare_is_no_drift(photos: list[Photo], space: Space) -> None:
    state = LiveIndex(space).current()

    photos[0].delete()
    photos[5].trash(NOW)
    put_vector(photos[1], axis(9), space.model)

    assert not drift_of(state, space)


def test_an_empty_library_does_not_drift(space: Space) -> None:
    assert not drift_of(LiveIndex(space).current(), space)
