from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.embeddings import put_vector, put_vectors
from photos.models import ActiveModel, Embedding, Photo
from search.index.live import LiveIndex, live_index
from search.index.rebuild import is_due, rebuild
from search.index.spaces import Space
from search.models import IndexChange, Library
from search.tests.factories import NOW, axis, bulk_photos, unit_vectors

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


@pytest.fixture
def index(space: Space) -> LiveIndex:
    return LiveIndex(space)


@pytest.fixture(params=["no snapshot", "snapshot"])
def three(request: pytest.FixtureRequest, make_photo: MakePhoto, space: Space) -> list[Photo]:
    """Photos on the axes 0, 1 and 2; with and without a snapshot of them."""
    photos = [make_photo(embedding=axis(number)) for number in range(3)]
    if request.param == "snapshot":
        rebuild(space, NOW)
    return photos


def nearest(index: LiveIndex, vector: np.ndarray) -> int | None:
    """Return the photo that lies where the vector points, None where there is none."""
    found = index.current().search(vector, 1)
    return int(found.ids[0]) if len(found) and found.scores[0] > 0.9 else None


def test_what_is_there_is_found(three: list[Photo], index: LiveIndex) -> None:
    assert [nearest(index, axis(number)) for number in range(4)] == [*(photo.pk for photo in three), None]
    assert len(index.current()) == 3


@pytest.mark.usefixtures("three")
def test_a_new_photo_is_found_at_the_next_search(index: LiveIndex, make_photo: MakePhoto) -> None:
    assert nearest(index, axis(5)) is None

    photo = make_photo(embedding=axis(5))

    assert nearest(index, axis(5)) == photo.pk


def test_a_new_vector_replaces_the_old(three: list[Photo], index: LiveIndex, space: Space) -> None:
    assert nearest(index, axis(1)) == three[1].pk

    for number in (6, 7):
        put_vector(three[1], axis(number), space.model)
        index.current()

    assert nearest(index, axis(7)) == three[1].pk
    assert nearest(index, axis(1)) is None
    assert nearest(index, axis(6)) is None
    assert len(index.current()) == 3


@pytest.mark.parametrize(
    "leave",
    [
        lambda photo: photo.delete(),
        lambda photo: photo.trash(NOW),
        lambda photo: photo.edit({"archived": True}),
    ],
    ids=["deleted", "trashed", "archived"],
)
def test_a_photo_that_leaves_is_gone_at_the_next_search(
    leave: Callable[[Photo], object], three: list[Photo], index: LiveIndex
) -> None:
    assert nearest(index, axis(1)) == three[1].pk

    leave(three[1])

    assert nearest(index, axis(1)) is None
    assert len(index.current()) == 2


def test_a_photo_that_comes_back_is_found_again(three: list[Photo], index: LiveIndex) -> None:
    three[1].trash(NOW)
    assert nearest(index, axis(1)) is None

    three[1].restore()

    assert nearest(index, axis(1)) == three[1].pk


def test_a_search_goes_on_with_the_state_it_took(three: list[Photo], index: LiveIndex, make_photo: MakePhoto) -> None:
    ids = {photo.pk for photo in three}
    taken = index.current()

    three[0].delete()
    make_photo(embedding=axis(9))
    index.current()

    assert set(taken.search(axis(9), 9).ids.tolist()) == ids


@pytest.mark.usefixtures("three")
def test_catching_up_takes_one_query_when_there_is_no_news(
    index: LiveIndex, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    index.current()

    with django_assert_num_queries(1):
        index.current()


@pytest.mark.usefixtures("three")
def test_catching_up_takes_three_queries_however_much_is_new(
    index: LiveIndex,
    make_photo: MakePhoto,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    index.current()
    for number in range(9):
        make_photo(embedding=axis(number))

    with django_assert_num_queries(3):
        index.current()

    assert len(index.current()) == 12


def test_a_new_snapshot_is_taken_up_with_the_same_answers(three: list[Photo], index: LiveIndex, space: Space) -> None:
    three[2].delete()
    before = index.current()
    made = rebuild(space, NOW)

    after = index.current()

    assert after.look.snapshot is not None
    assert after.look.snapshot.manifest == made
    assert after.tail.count == 0
    assert after.search(axis(0), 9).ids.tolist() == before.search(axis(0), 9).ids.tolist()


def test_another_library_in_its_place_is_noticed(three: list[Photo], index: LiveIndex, space: Space) -> None:
    rebuild(space, NOW)
    assert nearest(index, axis(0)) == three[0].pk
    Library.objects.all().delete()
    Embedding.objects.all().delete()  # a restore sends no signals either

    assert len(index.current()) == 0
    assert nearest(index, axis(0)) is None


def test_a_database_set_back_is_noticed(three: list[Photo], index: LiveIndex, space: Space) -> None:
    rebuild(space, NOW)
    index.current()
    IndexChange.objects.order_by("-pk")[0].delete()
    Embedding.objects.filter(photo=three[2]).delete()

    assert nearest(index, axis(2)) is None
    assert index.current().problem.startswith("The index is newer than the database.")


def test_each_space_has_one_index_in_a_process(space: Space) -> None:
    assert live_index(space) is live_index(space)
    assert live_index(space) is not live_index(Space.of("fake@2-32d"))


def test_a_long_tail_asks_for_a_new_snapshot(owner: User, index: LiveIndex, space: Space) -> None:
    bulk_photos(owner, unit_vectors(30))
    rebuild(space, NOW)
    state = index.current()
    for photo in Photo.objects.all():
        photo.trash(timezone.now())

    grown = index.current()

    assert (state.changed, grown.changed) == (0, 30)
    assert not grown.needs_healing
    assert replace(grown, changed=2_001).needs_healing


def test_a_new_snapshot_pays_after_2000_changes_after_a_tenth_and_after_10000() -> None:
    assert not is_due(30, 2_000)
    assert is_due(30, 2_001)
    assert not is_due(50_000, 5_000)
    assert is_due(50_000, 5_001)
    assert not is_due(1_000_000, 10_000)
    assert is_due(1_000_000, 10_001)


def test_two_generations_are_searched_beside_each_other(three: list[Photo], space: Space, index: LiveIndex) -> None:
    ActiveModel.adopt("fake", space.model)
    before = index.current()
    other = LiveIndex(Space.of("new@1-32d"))

    put_vectors("new@1-32d", {photo.pk: axis(9) for photo in three[:2]})

    assert sorted(other.current().found_ids.tolist()) == [photo.pk for photo in three[:2]]
    assert [nearest(index, axis(number)) for number in (0, 1, 2, 9)] == [*(photo.pk for photo in three), None]
    assert index.current().changed == before.changed
