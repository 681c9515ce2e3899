from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search import scope as scopes
from search.nearest import nearest
from search.scope import Scope
from search.spaces import Space
from search.tests.factories import axis, leaning

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("most", [0, 20_000])
def test_it_is_the_same_whether_its_ids_are_listed_or_asked_about(
    make_photo: MakePhoto, owner: User, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(scopes, "MOST_LISTED", most)
    few = [make_photo(iso=800).pk for _ in range(3)]
    others = [make_photo(iso=100).pk, make_photo(iso=800, owner=make_user("eve")).pk]

    scope = Scope.filtered(Photo.objects.visible_to(owner).filter(iso=800), with_archive=False)

    assert (scope.ids is None) == (most == 0)
    assert scope.every_id().tolist() == few
    assert scope.among(np.array([few[2], *others, few[0]])).tolist() == [few[0], few[2]]
    assert scope.within(np.array([few[1], *others])).every_id().tolist() == [few[1]]


def test_what_a_user_may_see_is_never_listed(
    make_photo: MakePhoto, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo()

    with django_assert_num_queries(0):
        assert Scope.of_user(owner).ids is None


def test_the_archive_is_measured_where_it_is_asked_about(make_photo: MakePhoto, owner: User, space: Space) -> None:
    archived = make_photo(embedding=leaning(0, 0.1), archived=True)
    near, far = make_photo(embedding=axis(0)), make_photo(embedding=leaning(0, 0.5))
    photos = Photo.objects.visible_to(owner)

    found = nearest(axis(0), space, Scope(photos, with_archive=True), 2)
    passing_by = nearest(axis(0), space, Scope(photos, with_archive=True), 5, {archived.pk})

    assert [hit.photo_id for hit in found] == [near.pk, archived.pk]
    assert [hit.photo_id for hit in passing_by] == [near.pk, far.pk]
