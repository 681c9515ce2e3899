from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from photos.duplicates.stars import MOST, Neighbours, Star, stars

Links = dict[tuple[int, int], float]

links = st.dictionaries(
    st.tuples(st.integers(0, 30), st.integers(0, 30)), st.sampled_from([0.9, 0.95, 1.0]), max_size=80
)


def near_in(among: Links, place: int) -> list[tuple[int, float]]:
    both = {**among, **{(other, one): close for (one, other), close in among.items()}}
    return [(other, close) for (one, other), close in both.items() if one == place and other != place]


@given(links, st.permutations(range(31)))
def test_everything_in_a_group_is_like_its_keeper_and_in_no_other_group(among: Links, order: list[int]) -> None:
    found = stars(order, lambda place: near_in(among, place))

    members = [pk for star in found for pk in (star.keeper, *(other for other, _ in star.others))]
    assert len(members) == len(set(members))
    for star in found:
        assert star.others
        assert set(star.others) <= set(near_in(among, star.keeper))
        assert all(order.index(star.keeper) < order.index(other) for other, _ in star.others)


@given(links, st.permutations(range(31)))
def test_nothing_that_is_like_something_free_is_left_over(among: Links, order: list[int]) -> None:
    found = stars(order, lambda place: near_in(among, place))

    grouped = {pk for star in found for pk in (star.keeper, *(other for other, _ in star.others))}
    alone = set(order) - grouped
    assert not [one for one in alone if alone & {other for other, _ in near_in(among, one)}]


def test_a_path_of_small_steps_makes_no_group_of_its_ends() -> None:
    path = {pair: 0.9 for pair in pairwise(range(6))}

    assert stars(range(6), lambda place: near_in(path, place)) == [
        Star(0, ((1, 0.9),)),
        Star(2, ((3, 0.9),)),
        Star(4, ((5, 0.9),)),
    ]


def test_a_group_is_no_larger_than_one_can_look_at_and_keeps_the_closest() -> None:
    closeness = {(0, other): other / 100 for other in range(1, 40)}

    (star,) = stars(range(40), lambda place: near_in(closeness, place))

    assert [pk for pk, _ in star.others] == list(range(39, 39 - MOST + 1, -1))


def test_neighbours_are_remembered_from_both_sides() -> None:
    neighbours = Neighbours(4)

    neighbours.add(np.array([0, 0]), np.array([1, 3]), np.array([5, 0]))
    neighbours.add(np.array([1]), np.array([3]), np.array([8]))

    assert [sorted(neighbours.of(place)) for place in range(4)] == [
        [(1, 5), (3, 0)],
        [(0, 5), (3, 8)],
        [],
        [(0, 0), (1, 8)],
    ]
    assert neighbours.linked() == [0, 1, 3]


def test_neighbours_of_one_are_bounded() -> None:
    neighbours = Neighbours(1000)

    for start in (1, 500):
        others = np.arange(start, start + 499)
        neighbours.add(np.zeros(499, dtype=np.int64), others, np.zeros(499, dtype=np.int64))

    assert len(neighbours.of(0)) == 64
    assert neighbours.of(700) == [(0, 0)]
