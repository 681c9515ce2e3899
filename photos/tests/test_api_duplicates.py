from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from photos.duplicates.merging import dismiss, merge
from photos.models import Dismissal, DuplicateGroup, Merge, Photo
from photos.tests.duplicated import NOW, seen
from photos.tests.factories import make_user
from photos.tests.requesting import post, problem_of
from photos.tests.test_merging import grouped
from photos.tests.test_pages_duplicates import groups

pytestmark = pytest.mark.django_db


def test_groups_are_listed_with_what_is_suggested(client: Client) -> None:
    keeper, other = seen(), seen(favorite=True)
    group = grouped(keeper, other)

    (answer,) = client.get("/duplicates").json()

    assert (answer["id"], answer["tier"], answer["keep"]) == (group.pk, "near", keeper.pk)
    assert answer["reasons"] == ["It has the most pixels"]
    assert answer["moves"] == ["It becomes a favorite"]
    assert [photo["id"] for photo in answer["photos"]] == [keeper.pk, other.pk]


def test_pages_follow_one_another_in_constantly_many_queries(
    client: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    found = groups(owner, 5)

    with django_assert_max_num_queries(14):
        page = client.get("/duplicates?limit=3&tier=near")
    following = page["Link"].partition(">")[0].lstrip("<")

    numbers = [group["id"] for answer in (page, client.get(following)) for group in answer.json()]
    assert numbers == [group.pk for group in found]
    assert "Link" not in client.get(following)


@pytest.mark.parametrize("query", ["tier=foo", "limit=0", "limit=101", "cursor=x", "cursor=3-x", "q=1"])
def test_what_is_not_understood_is_refused(client: Client, owner: User, query: str) -> None:
    assert problem_of(client.get(f"/duplicates?{query}"))[0] == 400
    assert owner.pk


def test_a_group_is_merged_and_the_merge_taken_back(client: Client, owner: User) -> None:
    keeper, other, third = seen(), seen(), seen()
    group = grouped(keeper, other, third)

    done = post(client, f"/duplicates/{group.pk}/merge", {"keep": other.pk, "merge": [keeper.pk]})
    trashed = list(Photo.objects.in_trash_of(owner))
    undone = post(client, f"/merges/{done.json()['id']}/undo")

    assert (done.status_code, done.json()["keep"], done.json()["merged"]) == (201, other.pk, [keeper.pk])
    assert trashed == [keeper]
    assert undone.json()["undone_at"]
    assert Photo.objects.visible_to(owner).count() == 3
    assert problem_of(post(client, f"/merges/{done.json()['id']}/undo")) == (409, "conflict")


def test_without_a_wish_it_is_merged_as_suggested(client: Client, owner: User) -> None:
    group = grouped(seen(), seen(), seen())

    assert len(post(client, f"/duplicates/{group.pk}/merge", {}).json()["merged"]) == 2
    assert problem_of(post(client, f"/duplicates/{group.pk}/merge", {})) == (404, "not_found")
    assert owner.pk


@pytest.mark.parametrize("body", [{"keep": 1}, {"merge": [1]}, {"keep": "x", "merge": [1]}, {"merge": []}, {"a": 1}])
def test_a_wish_that_is_none_changes_nothing(client: Client, owner: User, body: dict[str, Any]) -> None:
    group = grouped(seen(), seen())

    assert problem_of(post(client, f"/duplicates/{group.pk}/merge", body))[0] == 400
    assert Photo.objects.visible_to(owner).count() == 2


def test_a_wish_beyond_the_group_is_a_conflict(client: Client) -> None:
    keeper, other = seen(), seen()
    group = grouped(keeper, other)

    answer = post(client, f"/duplicates/{group.pk}/merge", {"keep": keeper.pk, "merge": [10**9]})

    assert problem_of(answer) == (409, "conflict")


def test_a_group_is_dismissed_and_that_withdrawn(client: Client, owner: User) -> None:
    group = grouped(seen(), seen())

    said = post(client, f"/duplicates/{group.pk}/dismiss")
    gone = client.get("/duplicates").json()
    withdrawn = client.delete(f"/dismissals/{said.json()['id']}")

    assert (said.status_code, gone, withdrawn.status_code) == (201, [], 204)
    assert [found["id"] for found in client.get("/duplicates").json()] == [group.pk]
    assert not Dismissal.objects.filter(owner=owner).exists()


def test_a_stranger_s_groups_are_not_there(client: Client, owner: User) -> None:
    first, second, third = groups(stranger := make_user("eve"), 3)
    done, said = merge(second.pk, stranger, NOW), dismiss(third.pk, stranger)

    paths = [f"/duplicates/{first.pk}/merge", f"/duplicates/{first.pk}/dismiss", f"/merges/{done.pk}/undo"]
    answers = [problem_of(post(client, path)) for path in paths]

    assert {*answers, problem_of(client.delete(f"/dismissals/{said.pk}"))} == {(404, "not_found")}
    assert client.get("/duplicates").json() == []
    assert list(DuplicateGroup.objects.visible_to(stranger)) == [first]
    assert not Merge.objects.filter(owner=owner).exists()
