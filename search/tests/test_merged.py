"""Queries that name photos which were merged into others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos import curation
from photos.models import Merge, MergedPhoto, Photo, Tier
from photos.tests.factories import make_user
from search.errors import BadQuery
from search.language import parse
from search.merged import following
from search.ranking.answers import strong_ids
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.suggesting.answering import any_answers
from search.tests.factories import NOW, leaning

MakePhoto = Callable[..., Photo]
Merged = Callable[[Photo, Photo], None]

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(make_photo: MakePhoto) -> tuple[Photo, Photo, Photo]:
    """Make a kept photo, one that was merged into it, and one that is like the kept one."""
    kept, gone, like = (make_photo(embedding=leaning(0, share)) for share in (1.0, 0.9, 0.95))
    put_into(kept, gone)
    return kept, gone, like


def put_into(kept: Photo, gone: Photo) -> None:
    merge = Merge.objects.create(owner=kept.owner, tier=Tier.NEAR, keeper=kept, merged_at=NOW)
    MergedPhoto.objects.create(merge=merge, photo=gone, number=gone.pk, name="a.jpg", sha256=gone.sha256)
    gone.trash(NOW)


@pytest.mark.parametrize("mode", Mode)
def test_what_is_like_a_merged_photo_is_what_is_like_the_kept_one(
    library: tuple[Photo, Photo, Photo], owner: User, mode: Mode
) -> None:
    kept, gone, like = library

    in_the_trash = find(f"similar:{gone.pk}", owner, 5, mode)
    curation.purge(Photo.objects.get(pk=gone.pk))
    gone_for_good = find(f"similar:{gone.pk}", owner, 5, mode)

    assert [hit.photo for hit in in_the_trash.hits] == [hit.photo for hit in gone_for_good.hits] == [like]
    assert [hit.photo for hit in find(f"similar:{kept.pk}", owner, 5, mode).hits] == [like]


@pytest.mark.parametrize(
    ("query", "followed"),
    [
        ("similar:{gone}", "similar:{kept}"),
        ("similar:{gone},{kept}", "similar:{kept}"),
        ("similar:{like},{gone}@0.1,0.2,0.5,0.5", "similar:{like},{kept}@0.1,0.2,0.5,0.5"),
        ("dog -similar:{gone}", "dog -similar:{kept}"),
        ("(dog OR similar:{gone}) tag:pet", "(dog OR similar:{kept}) tag:pet"),
        ("dog + 2:similar:{gone} - 0.5:similar:{like}", "dog + 2:similar:{kept} - 0.5:similar:{like}"),
        ("similar:{like}", "similar:{like}"),
        ("dog", "dog"),
    ],
)
def test_the_kept_photo_stands_wherever_the_merged_one_is_named(
    library: tuple[Photo, Photo, Photo], owner: User, query: str, followed: str
) -> None:
    kept, gone, like = (photo.pk for photo in library)
    named = {"kept": kept, "gone": gone, "like": like}

    found = following(parse(query.format(**named)), owner)

    assert found == parse(followed.format(**named))


def test_counts_facets_and_past_searches_follow_too(library: tuple[Photo, Photo, Photo], owner: User) -> None:
    _, gone, like = library

    assert strong_ids(f"similar:{gone.pk}", owner, Mode.HYBRID).tolist() == [like.pk]
    assert any_answers(f"similar:{gone.pk}", owner, [like.pk])


def test_the_page_shows_the_kept_photo_as_what_was_searched_by(
    client: Client, library: tuple[Photo, Photo, Photo]
) -> None:
    kept, gone, _ = library

    page = client.get(reverse("search:results"), {"q": f"similar:{gone.pk}"}).content.decode()

    assert f"photo {kept.pk}" in page
    assert f"photo {gone.pk}<" not in page


def test_the_api_answers_for_the_kept_photo(client: Client, library: tuple[Photo, Photo, Photo]) -> None:
    _, gone, like = library

    answer = client.get("/search", {"q": f"similar:{gone.pk}"})

    assert (answer.status_code, [result["photo_id"] for result in answer.json()["results"]]) == (200, [like.pk])


def test_a_photo_that_is_gone_without_a_merge_is_still_said_to_be_gone(make_photo: MakePhoto, owner: User) -> None:
    gone = make_photo(embedding=leaning(0, 1.0), trashed=True)

    with pytest.raises(BadQuery, match=f"there is no photo {gone.pk}"):
        find(f"similar:{gone.pk}", owner, 5)


def test_nobody_learns_of_what_others_have_merged(library: tuple[Photo, Photo, Photo]) -> None:
    _, gone, _ = library
    eve = make_user("eve")

    with pytest.raises(BadQuery, match=f"there is no photo {gone.pk}"):
        find(f"similar:{gone.pk}", eve, 5)


def test_a_query_of_words_asks_for_no_merges(owner: User, django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        following(parse("dog tag:pet -night"), owner)
