from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from search.language import And, parse
from search.ranking.held import held_among, told
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.paging import Turn, page
from search.ranking.sorts import Sort

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


def reasons(photo: Photo, text: str) -> list[str]:
    root = parse(text).root
    facts = root.children if isinstance(root, And) else (root,)
    return told(facts, held_among([photo.pk], facts, photo.owner).get(photo.pk, ()))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("tag:frost", ["tag:frost"]),
        ("-tag:utah", []),
        ("tag:frost OR tag:utah", ["tag:frost"]),
        ("tag:frost OR iso:800", ["tag:frost", "iso:800"]),
        ("(tag:frost tag:utah) OR iso:>=100", ["iso:>=100"]),
        ("(tag:frost -tag:utah) OR rating:5", ["tag:frost", "-tag:utah"]),
        ("-(tag:frost tag:utah) OR rating:5", ["-tag:utah"]),
        ("-(tag:frost OR tag:utah) OR is:favorite", ["is:favorite"]),
        ("is:favorite (tag:utah OR has:gps OR iso:800)", ["is:favorite", "iso:800"]),
        ("has:text OR has:people OR color:red OR album:a OR person:anna OR taken:2019", ["taken:2019"]),
    ],
)
def test_of_alternatives_those_that_hold_are_told(make_photo: MakePhoto, text: str, held: list[str]) -> None:
    photo = make_photo(tags=["frost"], iso=800, favorite=True, taken_at="2019-07-01T12:00:00Z")

    assert reasons(photo, text) == held


def test_each_photo_is_told_its_own_in_every_order(make_photo: MakePhoto, owner: User) -> None:
    frost = make_photo(tags=["frost"], rating=4)
    both = make_photo(tags=["utah", "frost"], rating=5)
    text = "tag:frost OR tag:utah"

    by_relevance = {hit.photo: hit.matched_by for hit in find(text, owner, 5, Mode.HYBRID).hits}
    by_stars = {hit.photo: hit.matched_by for hit in page(Turn(text, Mode.TEXT, Sort.RATING, 5), owner).found.hits}

    assert by_relevance == by_stars == {both: ("tag:frost", "tag:utah"), frost: ("tag:frost",)}


def test_one_look_tells_it_of_all_photos_and_none_is_taken_where_nothing_is_open(
    make_photo: MakePhoto, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [make_photo(iso=100 * number, rating=1).pk for number in range(9)]
    open_facts, settled = [parse("iso:100 OR iso:200 OR rating:5").root], [parse("iso:100").root, parse("-iso:7").root]

    with django_assert_num_queries(1):
        assert len(held_among(ids, open_facts, owner)) == 9
    with django_assert_num_queries(0):
        assert held_among(ids, settled, owner) == {}
