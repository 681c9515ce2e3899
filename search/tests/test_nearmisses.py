from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.paging import Turn, page
from search.ranking.relevance import Relevance
from search.ranking.sorts import Sort

pytestmark = pytest.mark.django_db

Paint = Callable[..., Photo]
every_mode = pytest.mark.parametrize("mode", list(Mode))


@every_mode
def test_nonsense_has_no_strong_answer_and_what_is_offered_instead_has(paint: Paint, owner: User, mode: Mode) -> None:
    paint("red", tags=["boat", "harbour"], caption="A red boat")
    paint("blue", tags=["boat"])

    answer = find("xqzzt blorf", owner, 10, mode)

    assert not any(hit.relevance is Relevance.STRONG for hit in answer.hits)
    assert answer.suggestions[:2] == ["boat", "harbour"]
    for text in answer.suggestions:
        assert find(text, owner, 10, mode, least=Relevance.STRONG).hits, text


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("boat xqzzt", "boat"),
        ("boot xqzzt", "boat"),
        ("hrbrour", "harbour"),
        ("xqzzt taken:2019", "tree taken:2019"),
        ("xqzzt -harbour", "tree -harbour"),
        ('xqzzt "old oak"', '"old oak" tree'),
    ],
)
def test_the_rest_of_the_query_stays_as_it_is(paint: Paint, owner: User, text: str, offered: str) -> None:
    paint("red", tags=["boat", "harbour"])
    paint("green", tags=["tree"], title="The old oak", taken_at="2019-07-01T12:00:00Z")

    assert find(text, owner, 10, Mode.HYBRID).suggestions[0] == offered


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("tag:harbor", ["tag:harbour"]),
        ("tag:oaks", ["oaks"]),
        ("place:lisbn", ["place:Lisbon"]),
        ("place:lisbn tag:tree", ["place:Lisbon tag:tree", "tag:tree"]),
        ('"oak old"', ["oak old"]),
        ('"oak old" tag:tree', ["oak old tag:tree"]),
        ("boat taken:1990", ["boat"]),
        ("tag:tree -place:lisbon", ["tag:tree"]),
        ("tag:xqzzt", []),
    ],
)
@every_mode
def test_where_facts_or_phrases_leave_nothing_they_are_changed(
    paint: Paint, owner: User, text: str, offered: list[str], mode: Mode
) -> None:
    paint("red", tags=["boat", "harbour"])
    paint("green", tags=["tree"], title="The old oak", taken_at="2019-07-01T12:00:00Z", city="Lisbon")

    for found in (find(text, owner, 10, mode), page(Turn(text, mode, Sort.NEWEST, 10), owner).found):
        assert list(found.suggestions) == offered


def test_what_is_on_no_photo_leads_to_what_means_nearly_the_same(paint: Paint, owner: User) -> None:
    paint("cyan")
    paint("yellow")

    offered = find("blue -white", owner, 10, Mode.HYBRID).suggestions

    assert set(offered) == {"cyan -white", "yellow -white"}


def test_what_is_excluded_is_not_offered(paint: Paint, owner: User) -> None:
    paint("cyan")
    paint("yellow")

    assert find("blue -cyan", owner, 10, Mode.HYBRID).suggestions == ["yellow -cyan"]


def test_signs_alone_are_not_offered(paint: Paint, owner: User) -> None:
    paint("red", tags=["boat", "😀"], title="Rock & roll - live", original_name="a-b & c.jpg")

    assert find("xqzzt & rock", owner, 10, Mode.HYBRID).suggestions == ["rock", "boat"]
    assert find("xqzzt -", owner, 10, Mode.HYBRID).suggestions == ["boat"]


@every_mode
def test_where_there_is_an_answer_nothing_else_is_offered(paint: Paint, owner: User, mode: Mode) -> None:
    photo = paint("red", tags=["red"])

    assert find("red", owner, 10, mode).suggestions == []
    assert find("tag:none", owner, 10, mode).suggestions == []
    assert find(f"similar:{photo.pk}", owner, 10, mode).suggestions == []


def test_other_peoples_words_are_not_offered(paint: Paint, owner: User) -> None:
    paint("red", owner=make_user("eve"), tags=["secret"], caption="secret")
    paint("white", trashed=True, tags=["gone"])

    assert find("xqzzt secrets", owner, 10, Mode.HYBRID).suggestions == []


def test_an_empty_answer_costs_a_bounded_number_of_queries(
    paint: Paint, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        paint("red", tags=[f"{number}th", f"{number}nd"])

    with django_assert_max_num_queries(200):
        assert find("one two three four five six seven", owner, 10, Mode.HYBRID).suggestions
