"""Vectors that the fake encoder reads as colours."""

from __future__ import annotations

import numpy as np

from ai.fakes import DIMENSION, PALETTE

# To the fake encoder surely red, and nearly green: 0.9 and 0.1, where 0.2 would be a tag.
RED_PERHAPS_GREEN = {"red": 0.76, "green": 0.65}


def coloured(**shares: float) -> np.ndarray:
    """Return a vector (d,) of these shares of colours."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    for colour, share in shares.items():
        vector[list(PALETTE).index(colour)] = share
    return vector
