from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.requesting import queries_of
from search.models import SavedSearch
from search.tests.test_pages import looks, search
from search.tests.test_saving import names, save

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

SAVED = "/gallery/searches/"
HTMX = {"HX-Request": "true"}


def post(client: Client, page: str, kept: SavedSearch, **said: object) -> Any:
    return client.post(reverse(f"search:{page}", args=[kept.pk]), said, follow=True)


def words_of(answer: Any) -> str:
    """Return what a page says, without its tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def new_ones(answer: Any) -> list[int]:
    """Return the numbers of the photos marked as new."""
    tiles = re.findall(
        r'<a href="/gallery/(\d+)/\?from=search[^"]*"><img[^>]*></a>\s*(<span class="new-mark">)?',
        answer.content.decode(),
    )
    return [int(number) for number, mark in tiles if mark]


def test_the_empty_page_says_what_it_is_for(client: Client, owner: User) -> None:
    assert owner
    assert "Albums that fill themselves" in words_of(client.get(SAVED))


def test_a_search_is_saved_from_its_page_under_the_name_proposed(client: Client, owner: User) -> None:
    page = search(client, "red tag:food").content.decode()
    assert 'name="name" value="Red, food"' in page

    answer = client.post(SAVED, {"name": "Red food", "q": "red tag:food", "mode": "text", "pinned": "yes"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/gallery/search/?q=red+tag%3Afood&mode=text"
    assert "<h1>Red food</h1>" in answer.content.decode()
    assert "Saved as “Red food”." in words_of(answer)
    kept = SavedSearch.objects.of(owner).get()
    assert (kept.query, kept.mode, kept.pinned) == ("red tag:food", "text", True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "", "q": "red"}, "A saved search needs a name."),
        ({"name": "x", "q": "colr:red"}, "There is no field “colr”"),
        ({"name": "x", "q": "blue"}, "You have saved this search already: blue"),
        ({"name": "x", "q": "red", "mode": "wild"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_saved_is_told(client: Client, owner: User, said: dict[str, str], words: str) -> None:
    save(owner, "blue")

    answer = client.post(SAVED, said, follow=True)

    assert words in words_of(answer)
    assert names(owner) == ["blue"]


def test_a_saved_search_shows_its_results_under_its_name(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=looks("red"))

    answer = client.get(save(owner, "red", name="My reds").get_absolute_url(), follow=True)

    page = answer.content.decode()
    assert "<h1>My reds</h1>" in page
    assert f"/gallery/{photo.pk}/" in page
    assert "Save this search" not in page


def test_in_another_order_it_is_the_same_search_which_can_keep_that(
    client: Client, make_photo: MakePhoto, owner: User
) -> None:
    make_photo(embedding=looks("red"))
    kept = save(owner, "red", name="My reds")
    assert "Always in this order" not in words_of(client.get(kept.get_absolute_url(), follow=True))

    answer = client.get(reverse("search:results"), {"q": "red", "sort": "newest"})
    assert "<h1>My reds</h1>" in answer.content.decode()
    assert "Always in this order" in words_of(answer)
    answer = post(client, "keep_order", kept, sort="newest")

    assert answer.redirect_chain[-1][0] == "/gallery/search/?q=red&sort=newest"
    assert "Select a valid choice" in words_of(post(client, "keep_order", kept, sort="wild"))


def test_a_query_that_cannot_be_read_any_more_shows_the_error_chip(client: Client, owner: User) -> None:
    kept = SavedSearch.objects.create(owner=owner, name="Full moons", query="moon:full")

    answer = client.get(kept.get_absolute_url(), follow=True)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<h1>Full moons</h1>" in page
    assert 'class="chip wrong"' in page
    assert client.get(SAVED).status_code == 200
    assert client.get(reverse("search:count", args=[kept.pk])).content.strip() == b""
    assert "Full moons" in words_of(client.get(reverse("search:pinned"), {"all": 1})) or not kept.pinned


def test_what_came_since_is_marked_until_it_was_seen(client: Client, make_photo: MakePhoto, owner: User) -> None:
    make_photo(embedding=looks("red"))
    kept = save(owner, "red", name="Reds", pinned=True)
    fresh = make_photo(embedding=looks("red"))
    make_photo(embedding=looks("blue"))

    answer = client.get(kept.get_absolute_url(), follow=True)

    assert new_ones(answer) == [fresh.pk]
    assert "Reds 2 photos 1 new" in words_of(client.get(reverse("search:pinned"), {"all": 1}))
    [up_to] = re.findall(r'name="up_to" value="(\d+)"', answer.content.decode())
    assert kept.seen_up_to < int(up_to)

    seen = client.post(reverse("search:seen", args=[kept.pk]), {"up_to": up_to}, headers=HTMX)

    assert (seen.status_code, seen["HX-Trigger"]) == (204, "searches-changed")
    assert "new" not in words_of(client.get(reverse("search:pinned"), {"all": 1})).split("searches ")[1]
    again = client.get(kept.get_absolute_url(), follow=True)
    assert new_ones(again) == [fresh.pk]  # the visit goes on
    assert 'name="up_to"' not in again.content.decode()


def test_looking_alone_changes_nothing(client: Client, make_photo: MakePhoto, owner: User) -> None:
    kept = save(owner, "red", pinned=True)
    make_photo(embedding=looks("red"))
    before = SavedSearch.objects.values().get()

    client.get(kept.get_absolute_url(), follow=True)
    client.get(reverse("search:pinned"), {"all": 1})
    client.get(reverse("search:count", args=[kept.pk]))

    assert SavedSearch.objects.values().get() == before


def test_nobody_can_have_seen_what_is_not_there_yet(client: Client, make_photo: MakePhoto, owner: User) -> None:
    kept = save(owner, "red")
    newest = make_photo().pk

    client.post(reverse("search:seen", args=[kept.pk]), {"up_to": 2**40})

    kept.refresh_from_db()
    assert kept.seen_up_to == newest


@pytest.mark.parametrize("up_to", ["", "x", "-1", str(2**64)])
def test_a_number_that_is_none_is_a_bad_request(client: Client, owner: User, up_to: str) -> None:
    assert client.post(reverse("search:seen", args=[save(owner).pk]), {"up_to": up_to}).status_code == 400


def test_searches_are_renamed_pinned_and_moved(client: Client, owner: User) -> None:
    first, second = save(owner, "a"), save(owner, "b")

    post(client, "rename", first, name=" Aa ")
    post(client, "pin", second, pinned="yes")
    post(client, "move", second, to="up")
    post(client, "move", second, to="up")

    assert names(owner) == ["b", "Aa"]
    assert SavedSearch.objects.of(owner).pinned().get() == second
    post(client, "move", second, to="down")
    post(client, "pin", second, pinned="")
    assert names(owner) == ["Aa", "b"]
    assert not SavedSearch.objects.of(owner).pinned().exists()
    assert "A saved search needs a name." in words_of(post(client, "rename", first, name=" "))
    assert "at most 100 characters" in words_of(post(client, "rename", first, name="x" * 101))


def test_a_deletion_can_be_undone(client: Client, owner: User) -> None:
    kept = save(owner, "red", name="Reds")

    page = post(client, "delete", kept)

    assert "Deleted: “Reds”." in words_of(page)
    assert names(owner) == []
    [undo] = re.findall(r'action="(/gallery/searches/\d+/put-back/)"', page.content.decode())
    assert client.post(undo, follow=True).status_code == 200
    assert names(owner) == ["Reds"]
    assert client.post(undo).status_code == 404


def test_undoing_over_the_same_search_says_why_not(client: Client, owner: User) -> None:
    kept = save(owner, "red")
    post(client, "delete", kept)
    save(owner, "red", name="again")

    answer = post(client, "put_back", kept)

    assert "You have saved this search already: red" in words_of(answer)
    assert names(owner) == ["again"]


def test_a_link_for_feed_readers_is_made_shown_and_revoked(client: Client, server_mode: Settings) -> None:
    assert server_mode
    anna = make_user("anna")
    client.force_login(anna)
    kept = save(anna, "red")

    page = post(client, "link", kept, link="make").content.decode()
    kept.refresh_from_db()
    assert f'value="http://testserver/searches/{kept.pk}/feed?token={kept.feed_token}"' in page
    page = post(client, "link", kept, link="revoke").content.decode()
    kept.refresh_from_db()

    assert kept.feed_key is None
    assert "?token=" not in page


def test_the_sidebar_asks_for_counts_that_are_not_known_yet_once(
    client: Client, make_photo: MakePhoto, owner: User
) -> None:
    make_photo(embedding=looks("red"))
    save(owner, "red", name="Reds", pinned=True)
    save(owner, "blue", name="Blues")

    first = client.get(reverse("search:pinned")).content.decode()
    whole = client.get(reverse("search:pinned"), {"all": 1}).content.decode()
    then = client.get(reverse("search:pinned")).content.decode()

    assert "Reds" in first
    assert "Blues" not in first
    assert "?all=1" in first
    assert "?all=1" not in whole
    assert whole.split() == then.split()


def test_the_sidebar_knows_the_page_it_stands_on(client: Client, owner: User) -> None:
    save(owner, "red tag:food", pinned=True, mode="text")
    there = {**HTMX, "HX-Current-URL": "http://testserver/gallery/search/?q=red+tag%3Afood&mode=text"}
    elsewhere = {**HTMX, "HX-Current-URL": "http://testserver/gallery/"}

    assert "aria-current" in client.get(reverse("search:pinned"), headers=there).content.decode()
    assert "aria-current" not in client.get(reverse("search:pinned"), headers=elsewhere).content.decode()


def test_no_page_costs_a_query_more_for_the_searches_in_its_sidebar(client: Client, owner: User) -> None:
    client.get("/gallery/")
    before = len(queries_of(client, "/gallery/"))
    for query in "abc":
        save(owner, query, pinned=True)

    assert len(queries_of(client, "/gallery/")) == before


def test_the_list_and_the_sidebar_cost_the_same_queries_however_many(
    client: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    save(owner, "a", pinned=True)
    costs = {path: len(queries_of(client, path)) for path in (SAVED, "/gallery/searches/pinned/")}
    for query in "bcdef":
        save(owner, query, pinned=True)

    for path, cost in costs.items():
        with django_assert_max_num_queries(min(cost, 6)):
            client.get(path)
