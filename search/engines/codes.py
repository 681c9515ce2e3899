from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from search.engines.base import FLOAT_ERROR
from search.engines.late import faiss
from search.engines.selecting import Chosen, as_query

# Scores miss by a sum of small independent errors: more than six times their deviation does not happen.
_DEVIATIONS = 6.0

# Codes that are made floats at once stay in the cache of a processor.
_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Codes:
    """Vectors of a byte for each number, by position: those of a faiss.IndexIVFScalarQuantizer of a single list.

    Of one list because a range search of faiss.IndexScalarQuantizer takes ten times as long.
    """

    index: Any

    @classmethod
    def empty(cls, bounds: np.ndarray) -> Self:
        """Return none yet, for numbers between these: the lowest and the highest of each dimension, shape (2, d)."""
        dimension = bounds.shape[1]
        kind, metric = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        # Codes of the vectors themselves, not of what they are away from the centre of the list.
        index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dimension), dimension, 1, kind, metric, False)
        index.quantizer.add(np.zeros((1, dimension), np.float32))
        index.sq.train(bounds)
        index.is_trained = True
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> Self:
        # IO_FLAG_MMAP_IFC maps the codes; plain IO_FLAG_MMAP starts 32 threads for each search.
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def dump(self, path: Path) -> None:
        faiss.write_index(self.index, str(path))

    def add(self, vectors: np.ndarray) -> None:
        self.index.add(vectors)

    def nearest(self, vector: np.ndarray, k: int, chosen: Chosen) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions of the k nearest of those chosen, all of them compared, and their scores."""
        scores, places = self.index.search(as_query(vector), k, params=chosen.parameters(lists=1))
        found = places[0] >= 0  # FAISS fills up with -1
        return places[0][found], scores[0][found]

    def reaching(self, vector: np.ndarray, score: float, chosen: Chosen) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions, ascending, of those chosen that have this score at least, and their scores."""
        below = float(np.nextafter(np.float32(score), np.float32(-2)))  # FAISS leaves out what just reaches it
        _, scores, places = self.index.range_search(as_query(vector), below, params=chosen.parameters(lists=1))
        order = np.argsort(places)
        return places[order], scores[order]

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
            scores[some] = self.stored[positions[some]].astype(np.float32) @ weights
        return scores + constant

    def codes_for(self, vectors: np.ndarray) -> np.ndarray:
        """Return the codes these vectors would get, shape (n, d), uint8."""
        return np.asarray(self.index.sq.compute_codes(vectors))

    @cached_property
    def stored(self) -> np.ndarray:
        """All codes, shape (n, d), uint8, where FAISS has mapped them."""
        if not self.index.ntotal:
            return np.empty((0, self.index.d), np.uint8)
        first = self.index.invlists.get_codes(0)
        return faiss.rev_swig_ptr(first, self.index.ntotal * self.index.code_size).reshape(-1, self.index.d)

    @cached_property
    def _scale(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest number of each dimension, and how far two neighbouring codes are apart in it."""
        learned = faiss.vector_to_array(self.index.sq.trained)
        return learned[: self.index.d], learned[self.index.d :] / 255
