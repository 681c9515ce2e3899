from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from search import once as sharing_module
from search.once import asked_once, each_once, once, sharing
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.relevance import Relevance

Paint = Callable[..., Photo]

_LIFT = 0.5  # of strong results


def told(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell the square of each even id, and nothing of the others."""
    even = ids[ids % 2 == 0]
    return even, even**2


def test_a_question_is_asked_once_while_answers_are_shared_and_never_remembered_after() -> None:
    asked: list[int] = []

    @asked_once
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    with sharing(worthwhile=True):
        assert [double(2), double(2), double(3)] == [4, 4, 6]
        with sharing(worthwhile=True):
            assert double(2) == 4
    assert double(2) == 4

    assert asked == [2, 3, 2]


def test_nothing_is_remembered_where_it_is_not_worthwhile() -> None:
    with sharing(worthwhile=False):
        answers = iter((1, 2))
        assert [once("this", lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_of_ids_only_new_ones_are_asked_about() -> None:
    asked: list[list[int]] = []

    def ask(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.append(ids.tolist())
        return told(ids)

    with sharing(worthwhile=True):
        for ids in ([4, 5, 6], [2, 4, 5, 8], [5, 7], [2, 8]):
            found, squares = each_once("squares", np.array(ids), ask)
            assert (found.tolist(), squares.tolist()) == tuple(part.tolist() for part in told(np.array(ids)))

    assert asked == [[4, 5, 6], [2, 8], [7]]


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing_module, "_MOST", 3)

    with sharing(worthwhile=True):
        for ids in (np.arange(4), np.arange(10), np.arange(2, 4)):
            found, squares = each_once("squares", ids, told)
            assert (found.tolist(), squares.tolist()) == tuple(part.tolist() for part in told(ids))


@pytest.fixture
def library(paint: Paint) -> None:
    colours = ("red", "blue", "green", "yellow")
    photos = [
        paint(one, other, tags=[one] if number % 2 else [], caption=f"A {other} boat" if number % 3 else "")
        for number, (one, other) in enumerate(product(colours, repeat=2))
    ]
    photos[3].remove_tags(["red"])


@pytest.mark.django_db
@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.TEXT])
def test_a_photo_is_worth_what_it_is_to_the_best_of_the_alternatives_searched_one_by_one(
    owner: User, mode: Mode
) -> None:
    for rest in ("", " -green", " tag:red", " boat", ' "boat"'):
        scores: dict[int, float] = {}
        strong: set[int] = set()
        for one, other in product(("red", "blue"), ("yellow", "bluu")):
            for hit in find(f"{one} {other}{rest}", owner, 50, mode).hits:
                is_strong = hit.relevance is Relevance.STRONG
                strong |= {hit.photo.pk} if is_strong else set()
                scores[hit.photo.pk] = max(scores.get(hit.photo.pk, 0), hit.score - _LIFT * is_strong)

        together = find(f"(red OR blue) (yellow OR bluu){rest}", owner, 50, mode).hits

        assert {hit.photo.pk: round(hit.score, 9) for hit in together} == {
            pk: round(score + _LIFT * (pk in strong), 9) for pk, score in scores.items()
        }
        assert {hit.photo.pk for hit in together if hit.relevance is Relevance.STRONG} == strong


@pytest.mark.django_db
@pytest.mark.usefixtures("library")
def test_many_alternatives_of_few_words_ask_the_database_little_more_than_few(
    owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    query = "(red OR blue) (boat OR ship) (green OR yellow) (a OR the) (sea OR lake)"
    find(query, owner, 50, Mode.HYBRID)

    with django_assert_max_num_queries(450):  # thousands, where each asks for itself
        find(query, owner, 50, Mode.HYBRID)
