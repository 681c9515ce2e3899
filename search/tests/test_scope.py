from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.index.spaces import Space
from search.language import parse
from search.ranking.nearest import nearest
from search.ranking.scope import Scope
from search.tests.factories import axis, leaning

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


def test_filters_of_any_size_give_ids(make_photo: MakePhoto, owner: User) -> None:
    few = [make_photo(iso=800).pk for _ in range(3)]
    others = [make_photo(iso=100).pk, make_photo(iso=800, owner=make_user("eve")).pk]

    scope = Scope.of_facts([parse("iso:800").root], owner, with_archive=False)

    assert scope.ids is not None
    assert scope.every_id().tolist() == few == sorted(scope.photos.values_list("pk", flat=True))
    assert scope.among(np.array([few[2], *others, few[0]])).tolist() == [few[0], few[2]]
    assert scope.within(np.array([few[1], *others])).every_id().tolist() == [few[1]]


def test_what_a_user_may_see_is_never_listed(
    make_photo: MakePhoto, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo()

    with django_assert_num_queries(0):
        assert Scope.of_user(owner).ids is None
        assert Scope.of_facts([], owner, with_archive=True).ids is None


def test_the_archive_is_measured_where_it_is_asked_about(make_photo: MakePhoto, owner: User, space: Space) -> None:
    archived = make_photo(embedding=leaning(0, 0.1), archived=True)
    near, far = make_photo(embedding=axis(0)), make_photo(embedding=leaning(0, 0.5))
    everything = Scope(owner, with_archive=True)

    found = nearest(axis(0), space, everything, 2)
    passing_by = nearest(axis(0), space, everything, 5, {archived.pk})

    assert [hit.photo_id for hit in found] == [near.pk, archived.pk]
    assert [hit.photo_id for hit in passing_by] == [near.pk, far.pk]


def test_the_newest_of_any_scope_are_of_that_scope(make_photo: MakePhoto, owner: User) -> None:
    fitting = [make_photo(iso=800).pk for _ in range(3)]
    everything = [*fitting, make_photo(iso=100).pk]
    make_photo(iso=800, owner=make_user("eve"))
    make_photo(iso=800, trashed=True)
    scope = Scope.of_facts([parse("iso:800").root], owner, with_archive=False)

    assert set(scope.newest_ids(2)) == set(fitting[1:])
    assert set(scope.within(np.array(fitting[:1])).newest_ids(2)) == set(fitting[:1])
    assert set(Scope.of_user(owner).newest_ids(2)) == set(everything[2:])
