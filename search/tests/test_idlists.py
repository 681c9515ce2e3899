from __future__ import annotations

import numpy as np
import pytest

from search.idlists import among

MANY = np.arange(3, 60_003, 3, dtype=np.int64)


@pytest.mark.parametrize("ids", [[], [70], [3, 4, 9, 60_000, 99_999], list(range(0, 60_000, 7))])
@pytest.mark.parametrize("some", [MANY[:0], MANY[:5], MANY], ids=["none", "few", "many"])
def test_ids_are_among_others_as_sets_are(ids: list[int], some: np.ndarray) -> None:
    there = among(np.array(ids, dtype=np.int64), some)

    wanted = set(ids)
    assert (there.dtype, there.tolist()) == (np.dtype(bool), [one in wanted for one in some.tolist()])
