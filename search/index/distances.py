from __future__ import annotations

import numpy as np


def distances(vector: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the squared Euclidean distance of a unit vector (d,) to unit rows (n, d): `2 - 2*cos`, float32, 0 to 4.

    The same two vectors give the same bits whatever stands in the other rows, which BLAS does not promise: lists are
    then equal in every process. Rounding the cosine makes the distance of equal vectors exactly 0.
    """
    query, rows = vector.astype(np.float64), matrix.astype(np.float64)
    lengths = np.sqrt((rows * rows).sum(axis=1) * (query * query).sum())
    cosines = ((rows * query).sum(axis=1) / lengths).astype(np.float32)
    return np.clip(np.float32(2) - np.float32(2) * cosines, np.float32(0), np.float32(4))
