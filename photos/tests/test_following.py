from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from photos import curation
from photos.duplicates.following import kept_instead
from photos.duplicates.undoing import undo
from photos.models import Merge, Photo
from photos.tests.duplicated import NOW, differing, seen
from photos.tests.factories import make_user
from photos.tests.test_merging import merged

pytestmark = pytest.mark.django_db


def test_a_merged_photo_leads_to_the_one_that_is_kept_also_when_it_is_gone_for_good(owner: User) -> None:
    keeper, other, bystander = seen(), seen(), seen(differing(40))
    merged(keeper, other)
    wanted = {keeper.pk, other.pk, bystander.pk, 10**6}

    in_the_trash = kept_instead(wanted, owner)
    curation.purge(Photo.objects.get(pk=other.pk))

    assert in_the_trash == kept_instead(wanted, owner) == {other.pk: keeper.pk}


def test_merges_one_after_another_lead_to_the_last(owner: User) -> None:
    first, second = seen(), seen()
    merged(second, first)
    Photo.objects.update(width=10)
    last = seen()
    merged(last, second)

    assert kept_instead({first.pk, second.pk}, owner) == {first.pk: last.pk, second.pk: last.pk}


def test_nothing_leads_to_what_is_not_there(owner: User) -> None:
    keeper, other = seen(), seen()
    merged(keeper, other)

    keeper.trash(NOW)

    assert kept_instead({other.pk}, owner) == {}


def test_a_merge_that_was_taken_back_leads_nowhere(owner: User) -> None:
    keeper, other = seen(), seen()
    merged(keeper, other)
    undo(Merge.objects.get().pk, owner, NOW + timedelta(minutes=1))
    other.trash(NOW)

    assert kept_instead({other.pk}, owner) == {}


def test_a_merge_of_somebody_else_leads_nowhere(owner: User) -> None:
    keeper, other = seen(), seen()
    merged(keeper, other)

    assert kept_instead({other.pk}, make_user("eve")) == {}
    assert keeper.owner == owner


def test_photos_that_were_merged_into_one_another_end_somewhere(owner: User) -> None:
    one, other = seen(), seen()
    merged(one, other)
    Photo.objects.get(pk=other.pk).restore()
    Photo.objects.update(width=10)
    merged(other, one)

    assert kept_instead({one.pk, other.pk}, owner) == {one.pk: other.pk}
    Photo.objects.get(pk=other.pk).trash(NOW)
    assert kept_instead({one.pk, other.pk}, owner) == {}
