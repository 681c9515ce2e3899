"""Whether the one ranking is better than either of the two it is made of, where the right answers are known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import APIException

from accounts.models import User
from ai.fakes import PALETTE
from ai.loading import get_encoder
from photos.models import Photo
from search.language import operators
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.tests.pictures import striped

pytestmark = pytest.mark.django_db

COLOURS = ["red", "green", "blue", "yellow", "purple", "cyan"]


@pytest.fixture
def grades(make_photo: Callable[..., Photo], owner: User) -> dict[str, dict[int, int]]:
    """Make a library in which neither pictures nor words tell all; return what each photo is worth, by colour.

    A photo that is about a colour mostly looks so and often has it written on it; others look so as much by chance, or
    mention it in passing.
    """
    assert owner
    chance = random.Random(8)
    worth: dict[str, dict[int, int]] = {colour: {} for colour in COLOURS}
    for number in range(30 * len(COLOURS)):
        colour, other = COLOURS[number % len(COLOURS)], chance.choice(["gray", "brown", "white"])
        about = number % 18 < 6
        looks_so, says_so = chance.random() < (0.8 if about else 0.3), chance.random() < (0.7 if about else 0.2)
        stripes = [colour] * chance.randint(1, 4) if looks_so else [other]
        photo = make_photo(
            embedding=get_encoder().embed_images([striped(*stripes, other)])[0],
            caption=f"A {colour} thing, number {number}." if says_so else f"Thing, number {number}.",
        )
        worth[colour][photo.pk] = 1 if about else 0
    return worth


def ndcg_at_10(found: list[int], worth: dict[int, int]) -> float:
    """K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques, TOIS 20, 2002, gains 2^g - 1."""
    gains = [2 ** worth.get(photo_id, 0) - 1 for photo_id in found[:10]]
    ideal = sorted((2**grade - 1 for grade in worth.values()), reverse=True)[:10]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: list[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def test_the_one_ranking_is_better_than_each_of_the_two(grades: dict[str, dict[int, int]], owner: User) -> None:
    quality = {
        mode: mean(
            ndcg_at_10([hit.photo.pk for hit in find(colour, owner, 10, mode).hits], grades[colour])
            for colour in COLOURS
        )
        for mode in Mode
    }

    assert quality[Mode.HYBRID] > quality[Mode.TEXT] + 0.02
    assert quality[Mode.HYBRID] > quality[Mode.SEMANTIC] + 0.02


EXAMPLES = [example for operator in operators() for example in operator.examples]
SIGNS = ["-", "+", "OR", "AND", "(", ")", '"', "2:", "tag:", "x:y", "\\", "😀", "'", "%", "*", "near:", "10:30"]
PIECES = st.sampled_from([*PALETTE, *EXAMPLES, *SIGNS, "boat", '"red boat"', "-red", "similar:1"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(PIECES, min_size=1, max_size=7).map(" ".join) | st.text(max_size=40), mode=st.sampled_from(Mode))
def test_whatever_is_typed_is_answered_or_refused(
    make_photo: Callable[..., Photo], owner: User, text: str, mode: Mode
) -> None:
    if not Photo.objects.exists():
        make_photo(embedding=get_encoder().embed_images([striped("red")])[0], tags=["red"], title="A red boat")

    try:
        answer = find(text, owner, 5, mode)
    except APIException as refusal:
        assert refusal.status_code in {400, 409}
    else:
        assert len(answer.hits) <= 5
