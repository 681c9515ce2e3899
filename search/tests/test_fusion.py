from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.fusion import best_first, fused

LISTS = st.lists(st.lists(st.integers(1, 30), unique=True, max_size=20), min_size=1, max_size=3)
EXACT = st.dictionaries(st.integers(1, 30), st.sampled_from([1.0, 2.0]))


@given(LISTS, EXACT)
def test_every_score_is_the_sum_by_hand(lists: list[list[int]], exact: dict[int, float]) -> None:
    scores = fused([(number + 0.5, ids) for number, ids in enumerate(lists)], exact)

    for photo_id in range(1, 31):
        ranks = [(weight + 0.5, ids.index(photo_id) + 1) for weight, ids in enumerate(lists) if photo_id in ids]
        by_hand = sum(weight / (60 + rank) for weight, rank in ranks) + exact.get(photo_id, 0) * bool(ranks)
        assert scores.get(photo_id, 0) == pytest.approx(by_hand)


@given(LISTS, EXACT)
def test_exact_matches_are_above_all_others_and_what_is_in_no_list_is_nowhere(
    lists: list[list[int]], exact: dict[int, float]
) -> None:
    order = best_first(fused([(1.0, ids) for ids in lists], exact))

    kinds = [exact.get(photo_id, 0.0) for photo_id in order]
    assert kinds == sorted(kinds, reverse=True)
    assert set(order) == {photo_id for ids in lists for photo_id in ids}


def test_equals_come_by_ascending_id() -> None:
    assert best_first(fused([(1.0, [7, 2]), (1.0, [2, 7])])) == [2, 7]
