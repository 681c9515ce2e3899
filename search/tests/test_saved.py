from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from photos.tests.factories import make_user
from search.models import SavedSearch
from search.saved.searches import VISIT
from search.tests.factories import NOW

pytestmark = pytest.mark.django_db


def kept(owner: User, **fields: object) -> SavedSearch:
    return SavedSearch.objects.create(owner=owner, **{"name": "Red", "query": "red"} | fields)


def test_what_was_looked_at_is_not_new_the_next_time(owner: User) -> None:
    search = kept(owner, seen_up_to=3)

    assert search.marks_above(NOW) == 3
    assert search.see(7, NOW)
    search.refresh_from_db()

    assert search.seen_up_to == 7
    assert search.marks_above(NOW + VISIT) == 7


def test_through_a_visit_what_was_new_at_its_beginning_stays_marked(owner: User) -> None:
    search = kept(owner, seen_up_to=3)

    search.see(7, NOW)
    search.see(9, NOW + timedelta(minutes=20))
    search.refresh_from_db()

    assert search.marks_above(NOW + timedelta(minutes=21)) == 3
    assert search.marks_above(NOW + timedelta(minutes=51)) == 9


def test_of_two_pages_opened_at_once_the_one_with_more_photos_counts(owner: User) -> None:
    search = kept(owner)
    other = SavedSearch.objects.get(pk=search.pk)

    assert search.see(9, NOW)
    assert not other.see(7, NOW)

    assert SavedSearch.objects.get(pk=search.pk).seen_up_to == 9


def test_a_link_opens_its_own_feed_until_it_is_revoked_or_renewed(owner: User) -> None:
    search, other = kept(owner), kept(owner, query="blue")
    search.make_link()
    other.make_link()
    token = search.feed_token

    assert SavedSearch.objects.by_link(search.pk, token) == search
    assert SavedSearch.objects.by_link(other.pk, token) is None
    search.make_link()
    assert SavedSearch.objects.by_link(search.pk, token) is None
    assert SavedSearch.objects.by_link(search.pk, search.feed_token) == search
    search.revoke_link()
    assert search.feed_token == ""
    assert SavedSearch.objects.by_link(search.pk, "") is None


def test_no_link_opens_what_was_deleted_or_is_of_somebody_who_may_not_sign_in() -> None:
    gone, barred = kept(make_user("anna")), kept(make_user("berta", is_active=False))
    for search in (gone, barred):
        search.make_link()
    SavedSearch.objects.filter(pk=gone.pk).update(deleted_at=NOW)

    assert SavedSearch.objects.by_link(gone.pk, gone.feed_token) is None
    assert SavedSearch.objects.by_link(barred.pk, barred.feed_token) is None


def test_the_database_alone_does_not_tell_the_link(owner: User) -> None:
    search = kept(owner)

    search.make_link()

    assert search.feed_token not in str(SavedSearch.objects.values().get())


def test_the_page_of_results_is_asked_for_what_differs_from_its_own_ways(owner: User) -> None:
    assert kept(owner).parameters == {"q": "red"}
    assert kept(owner, mode="text", sort="newest").parameters == {"q": "red", "mode": "text", "sort": "newest"}
