from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.index.spaces import Space
from search.ranking.sampling import SIZE, draw, milestone, sample_of
from search.tests.factories import bulk_photos, unit_vectors

pytestmark = pytest.mark.django_db

Paint = Callable[..., Photo]


@pytest.mark.parametrize(
    ("newest", "counted"), [(0, 0), (1, 1), (31, 31), (33, 32), (1_000, 992), (1_000_000, 983_040)]
)
def test_all_but_the_very_newest_photos_count(newest: int, counted: int) -> None:
    assert milestone(newest) == counted
    assert newest - counted <= newest / 16


def test_it_is_ones_own_photos_that_lists_show(paint: Paint, owner: User, space: Space) -> None:
    own = [paint("red"), paint("blue")]
    paint("red", owner=make_user("eve"))
    paint("red", archived=True)
    paint("red", trashed=True)

    assert sample_of(space, owner).ids.tolist() == [photo.pk for photo in own]


def test_of_many_photos_a_fixed_part_is_drawn(owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(SIZE + 300))
    bulk_photos(make_user("eve"), unit_vectors(200), prefix="theirs")

    sample, again = draw(space, owner), draw(space, owner)

    assert len(sample.ids) == SIZE
    assert (np.diff(sample.ids) > 0).all()
    assert again.ids.tolist() == sample.ids.tolist()
    assert (again.vectors == sample.vectors).all()
    assert set(sample.ids.tolist()) <= set(Photo.objects.filter(owner=owner).values_list("pk", flat=True))


def test_a_photo_that_goes_makes_room_for_one_and_moves_no_other(owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(SIZE + 300))
    before = sample_of(space, owner)

    Photo.objects.get(pk=before.ids[5].item()).trash(timezone.now())
    after = sample_of(space, owner)

    assert len(set(before.ids.tolist()) - set(after.ids.tolist())) == 1
    assert len(after.ids) == SIZE
    assert after.ids.tolist() == draw(space, owner).ids.tolist()


def test_the_sample_is_kept_until_something_in_it_changes(
    owner: User, space: Space, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    photos = bulk_photos(owner, unit_vectors(SIZE + 300))
    sample = sample_of(space, owner)
    elsewhere = next(photo.pk for photo in photos if photo.pk not in set(sample.ids.tolist()))

    Photo.objects.get(pk=elsewhere).edit({"archived": True})

    with django_assert_max_num_queries(4):
        assert sample_of(space, owner) is sample
    with django_assert_max_num_queries(2):
        assert sample_of(space, owner) is sample


def test_who_is_new_in_a_large_library_is_known_by_the_newest_photos(paint: Paint, owner: User, space: Space) -> None:
    bulk_photos(owner, unit_vectors(SIZE + 300))
    eve = make_user("eve")

    first = paint("red", owner=eve)
    assert first.pk > milestone(first.pk)
    assert sample_of(space, eve).ids.tolist() == [first.pk]

    second = paint("blue", owner=eve)
    assert sample_of(space, eve).ids.tolist() == [first.pk, second.pk]


def test_a_small_library_is_taken_as_it_is_at_every_moment(paint: Paint, owner: User, space: Space) -> None:
    for count in range(1, 12):
        paint("red", *["blue"] * count)

        assert len(sample_of(space, owner).ids) == count
