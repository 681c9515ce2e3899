"""Duplicates as a person reviews them in a browser, with JavaScript and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos import duplicate_urls
from photos.duplicates.merging import dismiss, merge
from photos.duplicates.scanning import scan
from photos.models import Dismissal, DuplicateGroup, Merge, MergeRun, Photo, Tier
from photos.tests.duplicated import LOOKS, NOW, ids, seen
from photos.tests.factories import make_user
from photos.tests.test_merging import grouped

pytestmark = pytest.mark.django_db

LIST = "/gallery/duplicates/"
HTMX = {"HX-Request": "true"}
TURN = 0x9E3779B97F4A7C15


def groups(owner: User, count: int, of: int = 2, **fields: Any) -> list[DuplicateGroup]:
    """Make so many groups of photos that are nearly identical."""
    for number in range(count):
        for _ in range(of):
            seen((LOOKS * (2 * number + 1) + number * TURN) % 2**64, owner=owner, **fields)
    scan(owner, NOW)
    return list(DuplicateGroup.objects.visible_to(owner).order_by("pk"))


def shown(page: Any) -> list[int]:
    return [int(number) for number in re.findall(r'id="group-(\d+)"', page.content.decode())]


def test_groups_are_shown_with_what_differs_and_what_is_suggested(client: Client, owner: User) -> None:
    best, other = (
        seen(width=4000, height=3000, bytes=10),
        seen(title="Ada", tags=["ada"], favorite=True, bytes=9_000_000),
    )
    scan(owner, NOW)

    page = client.get(LIST).content.decode()

    assert f"<strong>Suggested:</strong> keep {best.original_name}. It has the most pixels." in page
    assert "4000 \N{MULTIPLICATION SIGN} 3000" in page
    assert '<div class="differs best"><dt>File</dt><dd>JPEG, 8.6' in page
    for line in ("It becomes a favorite", "Title: Ada", "Tags: ada"):
        assert f"<li>{line}</li>" in page
    assert f'value="{other.pk}" checked' in page


def test_nothing_to_decide_is_said(client: Client, owner: User) -> None:
    page = client.get(LIST)

    assert (page.status_code, owner.pk > 0) == (200, True)
    assert "No duplicates" in page.content.decode()
    assert "None of this kind" in client.get(f"{LIST}?tier=burst").content.decode()


def test_pages_follow_one_another_without_a_gap(client: Client, owner: User) -> None:
    found = groups(owner, 23)
    numbers, address = [], LIST

    while address:
        page = client.get(address)
        numbers += shown(page)
        following = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        address = f"{LIST}{following[1]}" if following else ""

    assert numbers == ids(found)  # type: ignore[arg-type]


def test_htmx_gets_only_what_follows(client: Client, owner: User) -> None:
    found = groups(owner, 12)

    page = client.get(f"{LIST}?cursor={found[9].tier}-{found[9].pk}", headers=HTMX)

    assert shown(page) == [found[10].pk, found[11].pk]
    assert "<html" not in page.content.decode()


@pytest.mark.parametrize("query", ["cursor=x", "cursor=9-1", "cursor=3-x", f"cursor=3-{2**70}", "tier=foo"])
def test_an_address_that_nobody_gave_is_refused(client: Client, owner: User, query: str) -> None:
    assert client.get(f"{LIST}?{query}").status_code == 400
    assert owner.pk


def test_only_one_kind_is_shown_where_one_is_asked_for(client: Client, owner: User) -> None:
    seen(None, pixels="a"), seen(None, pixels="a")
    (near,) = groups(owner, 1)[1:]

    assert shown(client.get(f"{LIST}?tier=near")) == [near.pk]
    assert shown(client.get(f"{LIST}?tier=raw")) == []
    assert "Merge all 1 as suggested" in client.get(f"{LIST}?tier=pixels").content.decode()


def test_the_list_takes_a_constant_number_of_queries(
    client: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    groups(owner, 2, tags=["a"])
    with django_assert_max_num_queries(16):
        client.get(LIST)

    groups(owner, 10, of=4, tags=["a"])

    with django_assert_max_num_queries(16):
        assert len(shown(client.get(LIST))) == 10


def test_another_choice_shows_what_would_move_then(client: Client) -> None:
    keeper, other, third = seen(favorite=True), seen(), seen(title="Ada")
    group = grouped(keeper, other, third)
    query: dict[str, Any] = {"keep": other.pk, "merge": [keeper.pk, other.pk]}

    page = client.get(reverse("duplicates:group", args=[group.pk]), query, headers=HTMX).content.decode()

    assert f"Moves to {other.original_name}" in page
    assert "<li>It becomes a favorite</li>" in page
    assert "Title: Ada" not in page
    assert "Merge 1 into it" in page
    assert f'id="merge-{group.pk}-{third.pk}" value="{third.pk}" autocomplete' in page


@pytest.mark.parametrize("query", ["keep=x", "keep=-1", "merge=x&keep=1", "&".join(["merge=1"] * 30)])
def test_a_choice_that_is_none_is_refused(client: Client, owner: User, query: str) -> None:
    group = grouped(seen(), seen())

    assert client.get(f"{LIST}{group.pk}/?{query}").status_code == 400
    assert (
        client.post(f"{LIST}{group.pk}/merge/?", query, content_type="application/x-www-form-urlencoded").status_code
        == 400
    )
    assert owner.photos.filter(trashed_at=None).count() == 2


def test_a_choice_beyond_the_group_is_refused(client: Client, owner: User) -> None:
    group, stranger = grouped(seen(), seen()), seen(owner=make_user("eve"))

    page = client.get(f"{LIST}{group.pk}/?keep={stranger.pk}&merge={stranger.pk}")

    assert (page.status_code, owner.pk > 0) == (409, True)


def test_a_merge_leads_back_and_offers_to_undo_it(client: Client, owner: User) -> None:
    keeper, other = seen(), seen()
    group = grouped(keeper, other)

    page = client.post(f"{LIST}{group.pk}/merge/", {"keep": keeper.pk, "merge": [keeper.pk, other.pk]}, follow=True)
    trashed = list(Photo.objects.in_trash_of(owner))
    undone = client.post(reverse("duplicates:undo", args=[Merge.objects.get().pk]), follow=True)

    assert page.redirect_chain == [(LIST, 302)]
    assert f"1 photo merged into {keeper.original_name}" in page.content.decode()
    assert reverse("duplicates:undo", args=[Merge.objects.get().pk]) in page.content.decode()
    assert trashed == [other]
    assert "Taken back" in undone.content.decode()
    assert shown(undone) == [group.pk]


def test_htmx_merges_and_undoes_in_place(client: Client, owner: User) -> None:
    keeper, other = seen(), seen()
    group = grouped(keeper, other)

    done = client.post(f"{LIST}{group.pk}/merge/", {"keep": other.pk, "merge": [keeper.pk]}, headers=HTMX)
    undone = client.post(reverse("duplicates:undo", args=[Merge.objects.get().pk]), headers=HTMX)

    assert "1 photo merged into" in done.content.decode()
    assert done["HX-Trigger"] == undone["HX-Trigger"] == "duplicates-changed"
    assert shown(undone) == [group.pk]
    assert Photo.objects.visible_to(owner).count() == 2


def test_a_dismissed_group_can_be_brought_back(client: Client, owner: User) -> None:
    group = grouped(seen(), seen())

    page = client.post(f"{LIST}{group.pk}/dismiss/", follow=True)
    gone = shown(page)
    address = reverse("duplicates:undo_dismissal", args=[Dismissal.objects.get().pk])
    undone = client.post(address, headers=HTMX)
    again = client.post(address)

    assert "are not shown as duplicates again" in page.content.decode()
    assert (gone, shown(undone), again.status_code) == ([], [group.pk], 404)
    assert not Dismissal.objects.filter(owner=owner).exists()


def test_what_changed_meanwhile_is_said(client: Client, owner: User) -> None:
    keeper, other, third = seen(), seen(), seen()
    group = grouped(keeper, other, third)
    other.trash(NOW)

    answer = client.post(f"{LIST}{group.pk}/merge/", {"keep": keeper.pk, "merge": [other.pk]}, headers=HTMX)
    merge(group.pk, owner, NOW)
    gone = client.post(f"{LIST}{group.pk}/merge/", {"keep": keeper.pk, "merge": [third.pk]})

    assert (answer.status_code, gone.status_code) == (409, 404)
    assert "decided already" in gone.content.decode()


def test_what_was_merged_is_listed_page_by_page(
    client: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    for group in groups(owner, 33):
        merge(group.pk, owner, NOW)

    with django_assert_max_num_queries(8):
        page = client.get(f"{LIST}merged/").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    last = client.get(f"{LIST}merged/{following[1]}").content.decode()

    assert (page.count("photo merged into"), last.count("photo merged into")) == (30, 3)
    assert "Show more" not in last


def test_the_navigation_counts_what_is_to_decide(client: Client, owner: User) -> None:
    empty = client.get(f"{LIST}count/").content.decode()
    groups(owner, 2)

    assert empty.strip() == ""
    assert "2<span" in client.get(f"{LIST}count/").content.decode()
    assert LIST in client.get("/gallery/").content.decode()


def test_many_groups_are_merged_by_a_worker(client: Client, owner: User) -> None:
    found = groups(owner, 3)

    page = client.post(f"{LIST}many/", {"group": ids(found[:2])}, follow=True)  # type: ignore[arg-type]
    again = client.post(f"{LIST}many/", {"tier": "near"}, follow=True)

    assert "Merging: 0 of 2 groups" in page.content.decode()
    assert "being merged already" in again.content.decode()
    assert "Merging: 0 of 2 groups" in client.get(f"{LIST}many/progress/").content.decode()
    run = MergeRun.objects.get(owner=owner)
    cancelled = client.post(f"{LIST}many/{run.pk}/cancel/", follow=True).content.decode()
    assert "What is merged stays merged" in cancelled


@pytest.mark.parametrize(
    ("sent", "words"),
    [({}, "Choose groups first."), ({"group": ["x"]}, "These are no numbers."), ({"group": [10**6]}, "None of these")],
)
def test_nothing_is_begun_without_groups(client: Client, owner: User, sent: dict[str, Any], words: str) -> None:
    page = client.post(f"{LIST}many/", sent, follow=True)

    assert words in page.content.decode()
    assert not MergeRun.objects.filter(owner=owner).exists()


# Who may do what


def addresses(owner: User) -> dict[str, str]:
    """Return by name the addresses of all pages of duplicates, about things of this person."""
    first, second, third, fourth = groups(owner, 4)
    done, dismissal = merge(second.pk, owner, NOW), dismiss(third.pk, owner)
    run = MergeRun.objects.create(owner=owner, tier=3, until=0, total=1, started_at=NOW, ended_at=NOW)
    numbers = {"undo": done.pk, "undo_dismissal": dismissal.pk, "cancel": run.pk, "undo_many": run.pk}
    numbers |= {"group": first.pk, "merge": first.pk, "dismiss": fourth.pk}
    names = [str(pattern.name) for pattern in duplicate_urls.urlpatterns]
    with_number = {str(pattern.name) for pattern in duplicate_urls.urlpatterns if "<int:" in str(pattern.pattern)}
    assert with_number == set(numbers)
    return {name: reverse(f"duplicates:{name}", args=[numbers[name]] if name in numbers else []) for name in names}


def ask(client: Client, address: str) -> int:
    answer = client.get(address)
    return client.post(address).status_code if answer.status_code == 405 else answer.status_code


@pytest.mark.usefixtures("server_mode")
def test_a_stranger_learns_and_changes_nothing(client: Client) -> None:
    owner = make_user("ada")
    pages = addresses(owner)
    client.force_login(make_user("eve"))

    answers = {name: ask(client, address) for name, address in pages.items()}

    assert {status for name, status in answers.items() if re.search(r"\d", pages[name])} == {404}
    assert {answers["overview"], answers["count"], answers["merged"], answers["progress"]} == {200}
    seen_by_eve = client.get(pages["overview"]).content.decode() + client.get(pages["merged"]).content.decode()
    assert "made" not in seen_by_eve
    assert client.get(pages["count"]).content.decode().strip() == ""
    assert Photo.objects.filter(owner=owner, trashed_at=None).count() == 7
    assert DuplicateGroup.objects.visible_to(owner).count() == 2


@pytest.mark.usefixtures("server_mode")
def test_the_owner_may_and_a_visitor_is_led_to_the_sign_in(client: Client) -> None:
    owner = make_user("ada")
    pages = addresses(owner)
    visitors = {client.get(address).headers.get("Location", "").partition("?")[0] for address in pages.values()}
    client.force_login(owner)

    answers = {ask(client, address) for address in pages.values()}

    assert visitors == {"/accounts/sign-in/"}
    assert answers <= {200, 302}


def test_a_number_too_large_for_the_database_is_not_found(client: Client, owner: User) -> None:
    assert client.get(f"{LIST}{10**30}/").status_code == 404
    assert client.post(f"{LIST}merged/{10**30}/undo/").status_code == 404
    assert Tier.NEAR.label and owner.pk
