"""CIELAB cut into cells, so that a database can find colours near another one by whole numbers alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ai.colours import names
from ai.colours.cielab import difference, to_lab

STEP = 4  # of L*, a* and b*; most people see no difference within a cell
NEAR = 12.0  # CIEDE2000: how far from a colour one may be that is asked for by its number

_ACROSS = 64  # cells of a* and of b*, from -128 on
_LEVELS = 100 // STEP + 1


def cells_of(lab: np.ndarray) -> np.ndarray:
    """Return the numbers of the cells in which colours, (..., 3), lie."""
    lightness, a, b = np.moveaxis(np.rint(lab / STEP).astype(np.int64), -1, 0)
    return (lightness * _ACROSS + a + _ACROSS // 2) * _ACROSS + b + _ACROSS // 2


def cell_of(number: int) -> int:
    """Return the cell of a colour written as 0xRRGGBB."""
    return int(cells_of(to_lab(names.rgb_of([number])))[0])


@lru_cache(maxsize=256)
def cells_near(number: int) -> tuple[int, ...]:
    """Return the cells whose middle is at most NEAR from a colour written as 0xRRGGBB."""
    cells = np.arange(_LEVELS * _ACROSS * _ACROSS)
    near = difference(_middles(cells), to_lab(names.rgb_of([number]))) <= NEAR
    return tuple(cells[near].tolist())


def _middles(cells: np.ndarray) -> np.ndarray:
    lightness, a, b = cells // _ACROSS**2, cells // _ACROSS % _ACROSS, cells % _ACROSS
    return np.stack([lightness, a - _ACROSS // 2, b - _ACROSS // 2], axis=-1) * float(STEP)
