from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.errors import BadQuery, SavedAlready, TooManySaved
from search.language import QueryError
from search.models import SavedSearch
from search.ranking.modes import Mode
from search.saved import saving
from search.saved.saving import Draft
from search.tests.factories import NOW

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def save(owner: User, query: str = "red", **fields: object) -> SavedSearch:
    return saving.save(owner, Draft(**{"name": query, "query": query} | fields), NOW)  # type: ignore[arg-type]


def names(owner: User) -> list[str]:
    return [search.name for search in SavedSearch.objects.of(owner)]


def test_a_query_is_kept_in_its_canonical_form(owner: User) -> None:
    assert save(owner, "  red   TAGS:Food ").query == "red tag:food"
    assert save(owner, "10:30 sunrise", mode=Mode.SEMANTIC).query == r"10\:30 sunrise"


def test_a_canonical_form_that_is_too_long_is_kept_as_it_was_written(owner: User) -> None:
    text = ":" * 150

    assert save(owner, text, mode=Mode.SEMANTIC).query == text


@pytest.mark.parametrize("text", ["colr:red", "iso:many", "(red"])
def test_a_query_that_cannot_be_read_is_refused(owner: User, text: str) -> None:
    with pytest.raises(QueryError):
        save(owner, text)


@pytest.mark.parametrize("text", ["", "x" * 201])
def test_a_query_that_is_none_is_refused(owner: User, text: str) -> None:
    with pytest.raises(BadQuery):
        save(owner, text)


def test_a_search_is_saved_once_in_each_way(owner: User) -> None:
    save(owner, "red")
    save(owner, "red", mode=Mode.TEXT)
    save(owner, "red", sort="newest")
    save(make_user("anna"), "red")

    with pytest.raises(SavedAlready):
        save(owner, " red ")


def test_it_is_known_again_however_it_is_written(owner: User) -> None:
    search = save(owner, "red tag:food")

    assert saving.saved_as(owner, "red  tags:FOOD", Mode.HYBRID) == search
    assert saving.saved_as(owner, "red tag:food", Mode.TEXT) is None
    assert saving.saved_as(make_user("anna"), "red tag:food", Mode.HYBRID) is None
    assert saving.saved_as(owner, "", Mode.HYBRID) is None


def test_it_is_known_again_when_its_operator_is_no_more(owner: User) -> None:
    search = SavedSearch.objects.create(owner=owner, name="Old", query="moon:full")

    assert saving.saved_as(owner, "moon:full", Mode.HYBRID) == search


def test_what_is_there_already_counts_as_seen(make_photo: MakePhoto, owner: User) -> None:
    newest = make_photo().pk

    assert save(owner).seen_up_to == newest


def test_a_photo_that_waits_for_its_analysis_is_still_to_be_seen(make_photo: MakePhoto, owner: User) -> None:
    now = timezone.now()
    ready = make_photo()
    make_photo(status=Photo.Status.QUEUED, created_at=now - timedelta(days=2))
    make_photo(status=Photo.Status.QUEUED, owner=make_user("anna"))
    before = saving.looked_through(owner, now)
    waiting = make_photo(status=Photo.Status.QUEUED)
    make_photo()

    assert before > ready.pk
    assert saving.looked_through(owner, now) == waiting.pk - 1


def test_only_so_many_are_saved_and_pinned(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_SAVED", 3)
    monkeypatch.setattr(saving, "MOST_PINNED", 1)
    save(owner, "a", pinned=True)
    second = save(owner, "b")

    with pytest.raises(TooManySaved):
        save(owner, "c", pinned=True)
    with pytest.raises(TooManySaved):
        saving.change(second, {"pinned": True})
    save(owner, "c")
    with pytest.raises(TooManySaved):
        save(owner, "d")


def test_a_change_sets_what_it_names_and_reads_the_query_anew(owner: User) -> None:
    search = save(owner, "red")
    save(owner, "blue")

    saving.change(search, {"name": "Reds", "query": "red  TAG:Food", "pinned": True})
    search.refresh_from_db()

    assert (search.name, search.query, search.pinned) == ("Reds", "red tag:food", True)
    with pytest.raises(QueryError):
        saving.change(search, {"query": "colr:red"})
    with pytest.raises(SavedAlready):
        saving.change(search, {"query": "blue"})
    search.refresh_from_db()
    assert search.query == "red tag:food"


def test_a_search_with_an_operator_that_is_no_more_can_be_renamed(owner: User) -> None:
    search = SavedSearch.objects.create(owner=owner, name="Old", query="moon:full")

    saving.change(search, {"name": "Older"})

    assert names(owner) == ["Older"]


def test_a_search_is_put_where_it_is_wanted(owner: User) -> None:
    first, _, third = [save(owner, name) for name in "abc"]

    saving.place(third, 0)
    assert names(owner) == ["c", "a", "b"]
    saving.place(first, 2**60)
    assert names(owner) == ["c", "b", "a"]
    assert saving.place_of(third) == 0
    save(owner, "d")
    assert names(owner) == ["c", "b", "a", "d"]


def test_what_was_deleted_meanwhile_is_neither_changed_nor_moved(owner: User) -> None:
    search = save(owner)
    SavedSearch.objects.get(pk=search.pk)
    saving.delete(search, NOW)

    for late in (lambda: saving.change(search, {"name": "x"}), lambda: saving.place(search, 0)):
        with pytest.raises(SavedSearch.DoesNotExist):
            late()


def test_a_deletion_is_taken_back_as_a_whole(owner: User) -> None:
    save(owner, "a")
    search = save(owner, "b", pinned=True)
    save(owner, "c")

    saving.delete(search, NOW)
    assert names(owner) == ["a", "c"]
    saving.put_back(SavedSearch.objects.deleted_by(owner).get())

    assert names(owner) == ["a", "b", "c"]
    assert SavedSearch.objects.of(owner).pinned().get() == search


def test_a_deletion_is_not_taken_back_over_the_same_search(owner: User) -> None:
    search = save(owner, "red")
    saving.delete(search, NOW)
    save(owner, "red", name="again")

    with pytest.raises(SavedAlready):
        saving.put_back(SavedSearch.objects.deleted_by(owner).get())

    assert names(owner) == ["again"]


def test_what_was_deleted_is_forgotten_after_a_day(owner: User) -> None:
    for name, days in (("a", 0), ("b", 2)):
        saving.delete(save(owner, name), NOW + timedelta(days=days))

    assert [search.name for search in SavedSearch.objects.deleted_by(owner)] == ["b"]


def test_upper_case_makes_no_other_search_but_that_of_or_does(owner: User) -> None:
    search = save(owner, "Mountain tag:Food")

    assert saving.saved_as(owner, "MOUNTAIN tag:food", Mode.HYBRID) == search
    with pytest.raises(SavedAlready):
        save(owner, "mountain  tag:FOOD")
    save(owner, "dog OR cat")
    save(owner, "dog or cat")


def test_two_that_were_kept_before_they_were_the_same_stay_and_can_be_changed(owner: User) -> None:
    old, other = (SavedSearch.objects.create(owner=owner, name=text, query=text) for text in ("red", "RED"))

    saving.change(other, {"pinned": True})
    saving.change(other, {"query": "RED"})
    saving.delete(other, NOW)
    with pytest.raises(SavedAlready):
        saving.put_back(other)

    assert list(SavedSearch.objects.of(owner)) == [old]


def test_a_name_made_of_the_query_follows_it_and_a_given_one_stays(owner: User) -> None:
    named, unnamed = save(owner, "mountain"), save(owner, "red")
    saving.change(named, {"name": "Holidays"})
    saving.change(unnamed, {"name": saving.automatic_name("red", Mode.HYBRID)})

    for search, query in ((named, "jellyfish"), (unnamed, "blue boat")):
        saving.change(search, {"query": query})
        search.refresh_from_db()

    assert (named.name, unnamed.name) == ("Holidays", "Blue boat")
