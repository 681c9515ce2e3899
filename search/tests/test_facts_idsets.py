from __future__ import annotations

import numpy as np
import pytest

from search.facts.idsets import IdSet, mended
from search.facts.keeping import Kept


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


@pytest.mark.parametrize(
    "numbers",
    [ids(), ids(7), ids(1, 2**31 + 5), ids(2**40), np.arange(1, 10_000), np.arange(3, 100_000, 40)],
    ids=lambda numbers: f"{len(numbers)} ids",
)
def test_a_set_of_ids_comes_back_as_it_was(numbers: np.ndarray) -> None:
    found = IdSet.of(numbers).ids()

    assert found.dtype == np.int64
    assert found.tolist() == numbers.tolist()


def test_a_set_takes_the_room_of_a_bit_for_each_photo_or_of_four_bytes_for_each_id() -> None:
    assert IdSet.of(np.arange(1, 1_000_000)).nbytes == 125_000
    assert IdSet.of(np.arange(1, 1_000_000, 10_000)).nbytes == 400


def test_a_set_is_mended_where_photos_changed() -> None:
    before = ids(2, 4, 6, 8)

    assert mended(before, ids(), ids()).tolist() == [2, 4, 6, 8]
    assert mended(before, ids(1, 4, 5, 8, 9), ids(1, 4, 9)).tolist() == [1, 2, 4, 6, 9]
    assert mended(ids(), ids(3, 5), ids(5)).tolist() == [5]
    assert mended(before, before, ids()).tolist() == []


def test_what_was_used_last_is_kept() -> None:
    kept: Kept[IdSet] = Kept(most_bytes=1_200)
    first, second, third = (IdSet.of(ids(number)) for number in range(3))
    kept.put("a", first)
    kept.put("b", second)

    assert kept.get("a") is first
    kept.put("c", third)

    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (first, None, third)
    kept.put("c", first)
    assert kept.nbytes <= 1_200
    assert kept.get("a") is first
