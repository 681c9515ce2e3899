from __future__ import annotations

import numpy as np

from search.index.distances import distances
from search.tests.factories import axis, unit_vectors


def test_the_distance_is_the_squared_euclidean_one() -> None:
    query, rows = unit_vectors(1)[0], unit_vectors(50, seed=1)

    measured = distances(query, rows)

    np.testing.assert_allclose(measured, ((rows - query) ** 2).sum(axis=1), atol=1e-6)
    assert measured.dtype == np.float32


def test_equal_vectors_are_exactly_0_apart() -> None:
    rows = unit_vectors(500, dimension=512)

    assert [float(distances(row, row[np.newaxis])[0]) for row in rows] == [0.0] * 500


def test_the_range_ends_at_0_and_4() -> None:
    almost_unit = axis(0) * np.float32(1.0000002)

    measured = distances(axis(0), np.stack([almost_unit, -almost_unit]))

    assert measured.tolist() == [0.0, 4.0]


def test_a_row_measures_the_same_bits_whatever_stands_beside_it() -> None:
    query, rows = unit_vectors(1)[0], unit_vectors(333, seed=2)

    together = distances(query, rows)

    alone = np.concatenate([distances(query, row[np.newaxis]) for row in rows])
    assert together.tobytes() == alone.tobytes()


def test_no_rows_have_no_distances() -> None:
    assert distances(axis(0), np.empty((0, 32), np.float32)).shape == (0,)
