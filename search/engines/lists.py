from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import faiss
import numpy as np

from search.engines.base import FLOAT_ERROR

# Scores miss by a sum of small independent errors: more than six times their deviation does not happen.
_DEVIATIONS = 6.0

# Codes that are made floats at once stay in the cache of a processor.
_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of a faiss.IndexIVFScalarQuantizer of bytes, and its codes by the positions they were added at."""

    index: Any

    def __len__(self) -> int:
        return int(self.index.nlist)

    @cached_property
    def error(self) -> float:
        """How far a score may be off: no number was cut off, so each is wrong by half a step of its scale at most."""
        _, steps = self._scale
        certain = float(np.linalg.norm(steps)) / 2
        return min(certain, _DEVIATIONS * float(steps.max(initial=0)) / 12**0.5) + FLOAT_ERROR

    def scores(self, positions: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """Return the cosines FAISS would compute of the vectors at these positions with a unit vector, float32."""
        lowest, steps = self._scale
        weights, constant = (vector * steps).astype(np.float32), np.float32(vector @ (lowest + steps / 2))
        scores = np.empty(len(positions), np.float32)
        for start in range(0, len(positions), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            scores[some] = self.codes(positions[some]).astype(np.float32) @ weights
        return scores + constant

    def codes(self, positions: np.ndarray) -> np.ndarray:
        """Return the codes at these positions, shape (n, d), uint8."""
        memory, places = self._layout
        return memory[places[positions]].view(np.uint8).reshape(len(positions), self.index.d)

    def codes_for(self, vectors: np.ndarray) -> np.ndarray:
        """Return the codes these vectors would get, shape (n, d), uint8."""
        return np.asarray(self.index.sq.compute_codes(vectors))

    @cached_property
    def _scale(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest number of each dimension, and how far two neighbouring codes are apart in it."""
        learned = faiss.vector_to_array(self.index.sq.trained)
        return learned[: self.index.d], learned[self.index.d :] / 255

    @cached_property
    def _layout(self) -> tuple[np.ndarray, np.ndarray]:
        """The memory all codes lie in, one code from each of its bytes on, and where in it that of each position is.

        It is looked up once and takes 8 bytes a vector; the codes stay where FAISS has mapped them.
        """
        size = int(self.index.code_size)
        places = np.empty(self.index.ntotal, np.int64)
        for positions, address in self._filled():
            places[positions] = address + size * np.arange(len(positions))
        first, last = int(places.min()), int(places.max())
        memory = (ctypes.c_uint8 * (last - first + size)).from_address(first)
        codes = np.ndarray((last - first + 1,), f"V{size}", buffer=memory, strides=(1,))  # type: ignore[arg-type]
        return codes, places - first

    def _filled(self) -> Iterator[tuple[np.ndarray, int]]:
        """Yield the positions of each list that has any, and the address of its codes."""
        held = self.index.invlists
        for number in range(len(self)):
            if length := held.list_size(number):
                address = faiss.rev_swig_ptr(held.get_codes(number), 1).ctypes.data
                yield faiss.rev_swig_ptr(held.get_ids(number), length), address
