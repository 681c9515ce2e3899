from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from photos.models import Photo
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.relevance import Relevance

pytestmark = pytest.mark.django_db

Paint = Callable[..., Photo]
every_mode = pytest.mark.parametrize("mode", list(Mode))


def strong(text: str, user: User, mode: Mode = Mode.HYBRID) -> set[int]:
    return {hit.photo.pk for hit in find(text, user, 50, mode).hits if hit.relevance is Relevance.STRONG}


@every_mode
def test_a_photo_with_all_words_written_on_it_is_strong_however_it_looks(paint: Paint, owner: User, mode: Mode) -> None:
    written = paint("blue", caption="A boat", tags=["red"])
    paint("blue", caption="A boat")

    assert strong("red boat", owner, mode) == {written.pk}


def test_of_all_that_comes_near_only_what_is_near_enough_is_strong(paint: Paint, owner: User) -> None:
    alike = paint("red")
    paint("red", *["blue"] * 8)

    assert strong("red", owner) == strong("red", owner, Mode.SEMANTIC) == {alike.pk}


def test_a_photo_whose_tag_a_person_took_away_is_not_strong_by_that_meaning(paint: Paint, owner: User) -> None:
    taken, written = paint("red", tags=["red"]), paint("red", tags=["red"], title="My red boat")
    for photo in (taken, written):
        photo.remove_tags(["red"])

    assert strong("red", owner, Mode.SEMANTIC) == {written.pk}


@every_mode
def test_what_is_strong_to_one_alternative_is_strong(paint: Paint, owner: User, mode: Mode) -> None:
    red, blue = paint("red", tags=["red"]), paint("blue", tags=["blue"])
    paint("green")

    assert strong("red OR blue", owner, mode) == {red.pk, blue.pk}


@every_mode
def test_facts_alone_are_strong(paint: Paint, owner: User, mode: Mode) -> None:
    photo = paint("red", iso=800)

    assert strong("iso:800", owner, mode) == {photo.pk}


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.TEXT])
def test_strong_results_come_before_weak_ones(paint: Paint, owner: User, mode: Mode) -> None:
    for number in range(4):
        paint("blue", *["red"] * number, caption="" if number % 2 else "A red boat")

    found = find("red", owner, 10, mode).hits

    assert [hit.relevance for hit in found] == sorted(hit.relevance for hit in found)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


@every_mode
def test_where_strong_results_are_asked_for_weak_ones_take_no_place(paint: Paint, owner: User, mode: Mode) -> None:
    for _ in range(3):
        paint("red", *["blue"] * 6)
    written = {paint("blue", "blue", "red", caption="red").pk for _ in range(3)}

    found = find("red", owner, 3, mode, least=Relevance.STRONG).hits

    assert {hit.photo.pk for hit in found} == written
