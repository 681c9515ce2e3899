"""Pages of results: together they are the list, whatever becomes invisible between them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from search.errors import BadCursor, BadQuery, CursorExpired
from search.models import KeptList
from search.ranking import lists
from search.ranking.hybrid import rank
from search.ranking.lists import CACHE, LONGEST
from search.ranking.modes import Mode
from search.ranking.paging import Page, Turn, page
from search.ranking.sorts import Sort
from search.tests.factories import bulk_photos, leaning, unit_vectors

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

RED = 0


def library(owner: User, count: int, seed: int = 0) -> list[Photo]:
    """Insert photos more or less red, with "red" in the caption of some, of few days and ratings."""
    chance = random.Random(seed)
    vectors = np.stack([leaning(RED, chance.uniform(0, 1.5)) for _ in range(count)])
    photos = bulk_photos(owner, vectors, f"{owner.pk}-{seed}")
    for photo in photos:
        photo.caption = chance.choice(["", "", "A red boat.", "Red, red and red again."])
        photo.taken_at = at("2024-05-01 12:00") + timedelta(days=chance.randrange(4))
        photo.rating = chance.choice([None, 0, 1, 5])
    Photo.objects.bulk_update(photos, ["caption", "taken_at", "rating"])
    return photos


def turn(size: int, cursor: str = "", sort: Sort = Sort.RELEVANCE, mode: Mode = Mode.HYBRID, text: str = "red") -> Turn:
    return Turn(text, mode, sort, size, cursor)


def ids(one: Page) -> list[int]:
    return [hit.photo.pk for hit in one.found.hits]


def turned(owner: User, size: int, sort: Sort = Sort.RELEVANCE, text: str = "red") -> list[int]:
    """Return the ids of all pages, one after the other."""
    seen: list[int] = []
    cursor, first = "", True
    while cursor or first:
        one = page(turn(size, cursor, sort, text=text), owner)
        assert len(one.found.hits) == size or not one.next_cursor
        seen, cursor, first = seen + ids(one), one.next_cursor, False
    return seen


def make_invisible(photo_id: int, how: str) -> None:
    photo = Photo.objects.get(pk=photo_id)
    if how == "trashed":
        photo.trash(timezone.now())
    elif how == "archived":
        photo.edit({"archived": True})
    else:
        photo.delete()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", range(4))
def test_the_pages_are_the_list_without_what_became_invisible_meanwhile(owner: User, seed: int, mode: Mode) -> None:
    chance = random.Random(seed)
    library(owner, 90, seed)
    library(make_user("eve"), 30, seed)
    whole = [ranked.photo_id for ranked, _ in rank("red", owner, LONGEST, mode).results]
    touched: set[int] = set()
    gone: set[int] = set()
    seen: list[int] = []
    cursor, first = "", True

    while cursor or first:
        one = page(turn(chance.randint(1, 50) if seed else 3, cursor, mode=mode), owner)
        seen += ids(one)
        cursor, first = one.next_cursor, False
        for photo_id in chance.sample(whole, chance.randrange(4)):
            if photo_id not in touched:
                make_invisible(photo_id, chance.choice(["trashed", "archived", "deleted"]))
                touched.add(photo_id)
                gone |= {photo_id} - set(seen)

    assert seen == [photo_id for photo_id in whole if photo_id not in gone]
    assert len(whole) >= 8


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_pages_of_every_size_are_the_whole_list(owner: User, size: int) -> None:
    library(owner, 40)

    assert turned(owner, size) == [ranked.photo_id for ranked, _ in rank("red", owner, LONGEST, Mode.HYBRID).results]


def test_what_is_edited_uploaded_or_restored_meanwhile_moves_nothing(owner: User, make_photo: MakePhoto) -> None:
    library(owner, 20)
    first = page(turn(5), owner)
    whole = turned(owner, 50)
    trashed = Photo.objects.get(pk=whole[7])

    make_invisible(trashed.pk, "trashed")
    make_photo(embedding=leaning(RED, 0.0), title="red")
    Photo.objects.get(pk=whole[12]).edit({"caption": "", "title": "red"})
    trashed.restore()

    assert ids(first) + ids(page(turn(50, first.next_cursor), owner)) == whole


def test_a_later_page_tells_of_a_result_what_the_first_would_have(owner: User) -> None:
    library(owner, 20)
    whole = page(turn(50, text="red OR boat"), owner)

    first = page(turn(4, text="red OR boat"), owner)
    second = page(turn(50, first.next_cursor, text="red OR boat"), owner)

    assert [*first.found.hits, *second.found.hits] == whole.found.hits
    assert second.found.query == whole.found.query


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST, Sort.RATING])
@pytest.mark.parametrize("size", [1, 7, 50])
def test_by_date_or_rating_the_pages_are_the_strong_results_in_that_order(owner: User, sort: Sort, size: int) -> None:
    library(owner, 40)
    found = rank("red", owner, LONGEST, Mode.HYBRID).results  # so few that no depth ends it
    strong = {ranked.photo_id for ranked, _ in found if ranked.relevance == "strong"}
    assert 0 < len(strong) < len(found)

    seen = turned(owner, size, sort)

    key = {
        Sort.NEWEST: lambda photo: (photo.taken_at, photo.pk),
        Sort.OLDEST: lambda photo: (photo.taken_at, photo.pk),
        Sort.RATING: lambda photo: (photo.rating or 0, photo.taken_at, photo.pk),
    }[sort]
    wanted = sorted(Photo.objects.filter(pk__in=strong), key=key, reverse=sort is not Sort.OLDEST)
    assert seen == [photo.pk for photo in wanted]


@pytest.mark.parametrize("sort", Sort)
def test_facts_alone_are_paged_to_the_last_photo(owner: User, sort: Sort) -> None:
    photos = library(owner, 30)
    by_rating = sort is Sort.RATING

    seen = turned(owner, 7, sort, text="type:jpeg")

    wanted = sorted(photos, key=lambda photo: (by_rating and (photo.rating or 0), photo.taken_at, photo.pk))
    assert seen == [photo.pk for photo in (wanted if sort is Sort.OLDEST else wanted[::-1])]
    assert not KeptList.objects.exists()


def test_by_date_each_result_says_what_it_was_found_for(owner: User, make_photo: MakePhoto) -> None:
    alike = make_photo(embedding=leaning(RED, 0.1), taken_at=at("2024-05-02 12:00"))
    named = make_photo(title="My boat", taken_at=at("2024-05-01 12:00"))

    found = page(turn(5, sort=Sort.NEWEST, text="red OR boat"), owner).found

    assert [(hit.photo, hit.matched_by) for hit in found.hits] == [(alike, ("semantic",)), (named, ("title",))]
    assert [hit.relevance for hit in found.hits] == ["strong", "strong"]


def test_a_list_is_kept_only_where_there_is_a_next_page_and_once(owner: User) -> None:
    library(owner, 10)

    page(turn(50), owner)
    assert not KeptList.objects.exists()

    first = page(turn(2), owner)
    page(turn(2, first.next_cursor), owner)
    assert KeptList.objects.count() == 1


def test_a_list_is_gone_after_a_quarter_of_an_hour(owner: User) -> None:
    library(owner, 10)
    first = page(turn(2), owner)
    left = KeptList.objects.get().expires - timezone.now()

    KeptList.objects.update(expires=timezone.now() - timedelta(seconds=1))

    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    with pytest.raises(CursorExpired):
        page(turn(2, first.next_cursor), owner)


def test_the_list_of_somebody_else_is_not_there(owner: User) -> None:
    library(owner, 10)
    eve = make_user("eve")
    cursor = page(turn(2), owner).next_cursor

    with pytest.raises(CursorExpired):
        page(turn(2, cursor), eve)


@pytest.mark.parametrize(("text", "mode"), [("blue", Mode.HYBRID), ("red", Mode.TEXT)])
def test_a_cursor_serves_the_search_it_was_given_for(owner: User, text: str, mode: Mode) -> None:
    library(owner, 10)
    cursor = page(turn(2), owner).next_cursor

    with pytest.raises(BadCursor):
        page(turn(2, cursor, text=text, mode=mode), owner)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("cursor", ["x", "\0", "é", "a" * 10_000, "a" * 32, f"{'a' * 32}.", f"{'a' * 32}.12345", "=="])
def test_what_is_no_cursor_is_refused(owner: User, cursor: str, sort: Sort) -> None:
    with pytest.raises(BadCursor) as refused:
        page(turn(2, cursor, sort), owner)

    assert isinstance(refused.value.detail, dict)
    assert list(refused.value.detail) == ["cursor"]


def test_a_bad_query_is_one_on_every_page(owner: User) -> None:
    with pytest.raises(BadQuery):
        page(turn(2, f"{'a' * 32}.5", text=" "), owner)


def test_lists_do_not_pile_up(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    library(owner, 5)
    monkeypatch.setattr(caches[CACHE], "_max_entries", 6)

    cursors = [page(turn(2), owner).next_cursor for _ in range(20)]

    assert KeptList.objects.count() <= 7
    assert ids(page(turn(2, cursors[-1]), owner))


def test_who_searches_much_pushes_out_only_lists_of_their_own(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    library(owner, 5)
    eve = make_user("eve")
    library(eve, 5, seed=1)
    monkeypatch.setattr(lists, "MOST_EACH", 3)

    mine = page(turn(2), owner).next_cursor
    hers = [page(turn(2), eve).next_cursor for _ in range(5)]

    assert ids(page(turn(2, mine), owner))
    assert ids(page(turn(2, hers[2]), eve))
    with pytest.raises(CursorExpired):
        page(turn(2, hers[1]), eve)


def test_at_most_a_thousand_are_kept(owner: User) -> None:
    bulk_photos(owner, np.abs(unit_vectors(LONGEST + 20)))

    assert len(turned(owner, 500)) == LONGEST


def test_by_date_there_is_no_end_before_the_last_strong_result(owner: User) -> None:
    bulk_photos(owner, leaning(RED, 0.1)[None].repeat(LONGEST + 20, axis=0))

    assert len(turned(owner, 600, Sort.OLDEST)) == LONGEST + 20


def queries_of(owner: User, asked: Turn) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(asked, owner)
    return len(captured)


@pytest.mark.parametrize("sort", Sort)
def test_every_page_costs_the_same_number_of_queries(owner: User, sort: Sort) -> None:
    library(owner, 60)
    second = page(turn(2, sort=sort), owner).next_cursor
    third = page(turn(2, second, sort), owner).next_cursor

    assert queries_of(owner, turn(2, second, sort)) == queries_of(owner, turn(20, third, sort)) <= 32
