"""Merging against everything else that changes photos, all at once: each ends as if one had come after the other."""

from __future__ import annotations

from functools import partial

import pytest
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import curation
from photos.duplicates.merging import dismiss, merge
from photos.duplicates.scanning import scan
from photos.duplicates.undoing import undo
from photos.models import Dismissal, DuplicateGroup, Merge, Photo
from photos.tests.duplicated import NOW, seen
from photos.tests.test_merging import grouped
from photos.tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4
TOO_LATE = (APIException, DuplicateGroup.DoesNotExist, Merge.DoesNotExist, Photo.DoesNotExist)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_of_two_merges_and_a_dismissal_one_is_done(owner: User, _: int) -> None:
    keeper, other = seen(), seen(title="Ada")
    group = grouped(keeper, other).pk

    raised = at_once(
        partial(merge, group, owner, NOW), partial(merge, group, owner, NOW), partial(dismiss, group, owner)
    )

    assert len(raised) == 2
    assert all(isinstance(exc, TOO_LATE) for exc in raised)
    assert Merge.objects.count() + Dismissal.objects.count() == 1
    assert Photo.objects.in_trash_of(owner).count() == Merge.objects.count()


@pytest.mark.parametrize("_", range(ROUNDS))
def test_a_photo_that_is_trashed_and_edited_meanwhile_is_merged_as_it_is_or_not_at_all(owner: User, _: int) -> None:
    keeper, other = seen(), seen()
    group = grouped(keeper, other).pk
    edit = partial(Photo.objects.get(pk=other.pk).edit, {"title": "Ada"})

    raised = at_once(partial(merge, group, owner, NOW), edit, partial(Photo.objects.get(pk=keeper.pk).trash, NOW))

    assert all(isinstance(exc, TOO_LATE) for exc in raised)
    keeper.refresh_from_db()
    assert keeper.trashed_at == NOW
    assert keeper.title in ("", "Ada") if Merge.objects.exists() else keeper.title == ""
    assert Photo.objects.in_trash_of(owner).count() == 1 + Merge.objects.count()


@pytest.mark.parametrize("_", range(ROUNDS))
@pytest.mark.usefixtures("media")
def test_a_photo_that_is_deleted_for_good_meanwhile_leaves_no_half_of_a_merge(owner: User, _: int) -> None:
    keeper, other = seen(), seen(tags=["ada"])
    group = grouped(keeper, other).pk

    raised = at_once(
        partial(merge, group, owner, NOW),
        partial(curation.purge, Photo.objects.get(pk=other.pk)),
        partial(scan, owner, NOW),
    )

    assert all(isinstance(exc, TOO_LATE) for exc in raised)
    kept = Photo.objects.get()
    assert kept == keeper
    assert kept.tag_names == (["ada"] if Merge.objects.exists() else [])


@pytest.mark.parametrize("_", range(ROUNDS))
def test_of_two_that_take_a_merge_back_one_does(owner: User, _: int) -> None:
    keeper, other = seen(), seen(title="Ada")
    done = merge(grouped(keeper, other).pk, owner, NOW)

    raised = at_once(*[partial(undo, done.pk, owner, NOW)] * 2)

    assert len(raised) == 1
    assert all(isinstance(exc, TOO_LATE) for exc in raised)
    assert Photo.objects.visible_to(owner).count() == 2
    assert Photo.objects.get(pk=keeper.pk).title == ""
