from __future__ import annotations

import numpy as np

from search.index.tail import Tail
from search.tests.factories import DIMENSION, axis, unit_vectors


def ids_of(*ids: int) -> np.ndarray:
    return np.array(ids, dtype=np.int64)


def tail_of(*ids: int) -> Tail:
    """A tail where photo n lies on axis n."""
    return Tail.empty(DIMENSION).replaced(ids_of(*ids), ids_of(*ids), np.stack([axis(number) for number in ids]))


def test_an_empty_tail_finds_nothing() -> None:
    tail = Tail.empty(DIMENSION)

    assert tail.count == 0
    assert len(tail.search(axis(0), 5)) == 0


def test_the_nearest_come_first() -> None:
    tail = tail_of(3, 1, 2)

    found = tail.search(axis(2), 2)

    assert found.ids[0] == 2
    assert found.scores.tolist() == [1.0, 0.0]


def test_a_changed_photo_is_found_by_its_new_vector_only() -> None:
    tail = tail_of(1, 2)

    changed = tail.replaced(ids_of(1), ids_of(1), axis(9)[np.newaxis])

    assert changed.search(axis(9), 1).ids.tolist() == [1]
    assert changed.search(axis(1), 5).scores.max() == 0.0
    assert changed.count == 2


def test_a_photo_that_is_gone_is_not_found() -> None:
    tail = tail_of(1, 2)

    without = tail.replaced(ids_of(1, 77), ids_of(), np.empty((0, 0), np.float32))

    assert without.search(axis(1), 5).ids.tolist() == [2]


def test_only_allowed_ids_are_proposed() -> None:
    tail = tail_of(1, 2, 3)

    assert sorted(tail.search(axis(1), 5, allowed=ids_of(2, 3, 99)).ids) == [2, 3]


def test_a_predecessor_never_sees_what_its_successors_write() -> None:
    first = tail_of(1, 2)
    before = first.search(axis(1), 9)

    grown = first
    for number in range(3, 30):
        grown = grown.replaced(ids_of(number), ids_of(number), axis(number)[np.newaxis])
    grown = grown.replaced(ids_of(1), ids_of(1), axis(31)[np.newaxis])

    after = first.search(axis(1), 9)
    assert (after.ids.tolist(), after.scores.tolist()) == (before.ids.tolist(), before.scores.tolist())
    assert grown.count == 29


def test_growing_copies_no_more_than_a_few_times_what_it_holds() -> None:
    tail, rooms = Tail.empty(DIMENSION), set()
    for number, vector in enumerate(unit_vectors(3_000)):
        tail = tail.replaced(ids_of(number), ids_of(number), vector[np.newaxis])
        rooms.add(id(tail.matrix))

    assert tail.count == 3_000
    assert len(rooms) <= 5


def test_vectors_can_be_compared_by_their_ids() -> None:
    tail = tail_of(3, 1, 2).replaced(ids_of(2), ids_of(), np.empty((0, 0), np.float32))

    have, differ = tail.compared(ids_of(1, 2, 3, 4), np.stack([axis(1), axis(2), axis(9), axis(4)]))

    assert dict(zip(have.tolist(), differ.tolist(), strict=True)) == {1: False, 3: True}
    assert sorted(tail.found_ids.tolist()) == [1, 3]
