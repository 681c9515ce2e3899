from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.local import local_owner
from accounts.models import User
from photos.tests.together import at_once
from search.errors import SavedAlready, TooManySaved
from search.models import PastSearch, SavedSearch
from search.saved import saving
from search.saved.saving import Draft
from search.suggesting.past import MOST_KEPT
from search.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> User:
    return local_owner()


def save(owner: User, query: str, **fields: bool) -> SavedSearch:
    return saving.save(owner, Draft(query, query, **fields), NOW)  # type: ignore[arg-type]


def test_of_the_same_search_saved_at_once_one_is_kept(owner: User) -> None:
    raised = at_once(*[partial(save, owner, "red")] * 4)

    assert [type(error) for error in raised] == [SavedAlready] * 3
    assert SavedSearch.objects.of(owner).count() == 1


def test_searches_saved_at_once_keep_to_the_limit_and_each_has_a_place(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_SAVED", 3)

    raised = at_once(*[partial(save, owner, query) for query in "abcde"])

    assert [type(error) for error in raised] == [TooManySaved] * 2
    assert list(SavedSearch.objects.of(owner).values_list("position", flat=True)) == [0, 1, 2]


def test_searches_pinned_at_once_keep_to_the_limit(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_PINNED", 2)
    searches = [save(owner, query) for query in "abcd"]

    raised = at_once(*[partial(saving.change, search, {"pinned": True}) for search in searches])

    assert [type(error) for error in raised] == [TooManySaved] * 2
    assert SavedSearch.objects.of(owner).pinned().count() == 2


def test_a_search_that_is_renamed_pinned_and_moved_at_once_has_all_of_it(owner: User) -> None:
    search, _ = save(owner, "a"), save(owner, "b")
    same = [SavedSearch.objects.get(pk=search.pk) for _ in range(3)]

    raised = at_once(
        partial(saving.change, same[0], {"name": "A"}),
        partial(saving.change, same[1], {"pinned": True}),
        partial(saving.place, same[2], 1),
    )

    assert raised == []
    search.refresh_from_db()
    assert (search.name, search.pinned, saving.place_of(search)) == ("A", True, 1)


def test_lists_moved_about_at_once_stay_whole(owner: User) -> None:
    searches = [save(owner, query) for query in "abcdef"]
    moves: list[Callable[[], object]] = [partial(saving.place, search, 0) for search in searches[2:]]

    raised = at_once(*moves, partial(saving.delete, searches[1], NOW))

    assert raised == []
    kept = SavedSearch.objects.of(owner)
    assert sorted(search.name for search in kept) == list("acdef")
    assert len(set(kept.values_list("position", flat=True))) == 5


def test_searches_remembered_at_once_are_each_remembered_once_and_few_enough(owner: User) -> None:
    remember = PastSearch.objects.remember
    PastSearch.objects.bulk_create(
        PastSearch(owner=owner, text=f"{number}", folded=f"{number}", used_at=NOW) for number in range(MOST_KEPT)
    )

    raised = at_once(*[partial(remember, owner, text, [1], NOW) for text in ("red", "Red", "blue", "red")])

    assert raised == []
    assert PastSearch.objects.count() == MOST_KEPT
    assert PastSearch.objects.get(folded="red").times == 3
