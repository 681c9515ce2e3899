from __future__ import annotations

import numpy as np


class BadVector(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """A vector that must never reach a row or an index: wrong shape, not finite, or without a direction."""


def unit_rows(rows: np.ndarray, dimension: int) -> np.ndarray:
    """Return `rows` as (n, dimension) float32 rows of length one; raise BadVector for what cannot be made so."""
    if rows.ndim != 2 or rows.shape[1] != dimension:
        raise BadVector(f"Expected rows of {dimension} numbers, got an array of shape {rows.shape}.")
    exact = rows.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    # An infinite or missing number makes the length so too; a length beyond float64 is as useless as either.
    if not np.isfinite(lengths).all():
        raise BadVector("A vector holds NaN or infinite numbers.")
    if (lengths < np.finfo(np.float32).tiny).any():
        raise BadVector("A vector is zero and points nowhere.")
    return (exact / lengths).astype(np.float32)
