from __future__ import annotations

import numpy as np
import pytest

from ai.vectors import BadVector, unit_rows


def test_rows_of_any_length_and_precision_become_float32_rows_of_length_one() -> None:
    rows = np.array([[3.0, 4.0], [1e-20, 0.0], [-1e30, 1e30]], dtype=np.float64)

    units = unit_rows(rows, 2)

    assert units.dtype == np.float32
    assert units == pytest.approx(np.array([[0.6, 0.8], [1, 0], [-(0.5**0.5), 0.5**0.5]]))


def test_no_rows_stay_no_rows_of_the_same_dimension() -> None:
    assert unit_rows(np.empty((0, 5), np.float32), 5).shape == (0, 5)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([[1.0, np.nan]], id="not a number"),
        pytest.param([[1.0, np.inf]], id="infinite"),
        pytest.param([[0.0, 0.0]], id="zero"),
        pytest.param([[1.0, 0.0], [0.0, 0.0]], id="one of two zero"),
        pytest.param([[1.0, 0.0, 0.0]], id="too long"),
        pytest.param([1.0, 0.0], id="not a list of rows"),
    ],
)
def test_a_vector_without_a_direction_in_the_space_is_refused(rows: list[object]) -> None:
    with pytest.raises(BadVector):
        unit_rows(np.array(rows, dtype=np.float32), 2)
