from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any, ClassVar, Self

import faiss
import numpy as np

from search.engines.base import FLOAT_ERROR, Candidates, best, rows_among, rows_without
from search.engines.rows import Rows
from search.engines.selecting import NOBODY, Chosen, as_query
from search.engines.training import trained

# Scores miss by a sum of small independent errors: more than six times their deviation does not happen.
_DEVIATIONS = 6.0


@dataclass(frozen=True, eq=False)
class IvfEngine:
    """FAISS over a byte for each number, in lists of vectors that are alike; a search looks into the nearest lists.

    Into so many that a fixed number of vectors that may be found is compared, which is all of them where few are
    allowed: a filter loses nothing. The lists hold positions, and beside them lies the id of each position.
    """

    kind: ClassVar[str] = "ivf"
    # So many vectors a search compares at least, and beyond that this share of all: 1.5 ms in 100,000, 4 in a million.
    least_compared: ClassVar[int] = 20_000
    share_compared: ClassVar[float] = 0.03

    ids: np.ndarray
    index: Any  # faiss.IndexIVFScalarQuantizer
    visible: np.ndarray | None = None  # bool, one a position

    @property
    def count(self) -> int:
        return len(self.ids) if self.visible is None else int(self.visible.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids if self.visible is None else self.ids[self.visible]

    @cached_property
    def error(self) -> float:
        """Return how far a score may be off: no number was cut off, so each is wrong by half a step of its scale."""
        steps = _steps(self.index)
        certain = float(np.linalg.norm(steps)) / 2
        return min(certain, _DEVIATIONS * float(steps.max(initial=0)) / 12**0.5) + FLOAT_ERROR

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        index, ids = trained(dimension, rows), [np.empty(0, np.int64)]
        for chunk_ids, vectors in rows.chunks("adding"):
            index.add(vectors)
            ids.append(chunk_ids)
        return cls(np.concatenate(ids), index)

    @classmethod
    def open(cls, folder: Path) -> Self:
        # IO_FLAG_MMAP_IFC maps lists and centroids; plain IO_FLAG_MMAP starts 32 threads for each search.
        index = faiss.read_index(str(folder / "lists.faiss"), faiss.IO_FLAG_MMAP_IFC)
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), index)

    def dump(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        faiss.write_index(self.index, str(folder / "lists.faiss"))

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, visible=rows_without(self.ids, self.visible, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        chosen = Chosen.of(self._kept(allowed))
        among = len(self.ids) if chosen.count is None else chosen.count
        if not among:
            return NOBODY
        wanted, lists = min(k, among), self._lists_for(among, k)
        found = self._nearest(vector, wanted, lists, chosen)
        if len(found) < wanted and lists < self.index.nlist:
            found = self._nearest(vector, wanted, self.index.nlist, chosen)
        return found

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        chosen = Chosen.of(self._kept(allowed))
        if not len(self.ids) or chosen.none:
            return NOBODY
        below = float(np.nextafter(np.float32(score), np.float32(-2)))  # FAISS leaves out what just reaches it
        everywhere = chosen.parameters(self.index.nlist)
        _, scores, places = self.index.range_search(as_query(vector), below, params=everywhere)
        order = np.argsort(places)
        return Candidates(self.ids[places[order]], scores[order])

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(rows_among(self.ids, self.visible, ids))
        have = self.ids[rows]
        expected = self.index.sq.compute_codes(vectors[np.searchsorted(ids, have)]).astype(np.int16)
        # Another processor may round another way: one step is no other vector.
        return have, (np.abs(self._codes_of(rows) - expected) > 1).any(axis=1)

    def _kept(self, allowed: np.ndarray | None) -> np.ndarray | None:
        return self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)

    def _lists_for(self, among: int, k: int) -> int:
        """Return into how many lists to look, so that enough of those that may be found are compared."""
        enough = max(self.least_compared + self.share_compared * len(self.ids), 8 * k)
        return min(self.index.nlist, ceil(self.index.nlist * enough / among))

    def _nearest(self, vector: np.ndarray, k: int, lists: int, chosen: Chosen) -> Candidates:
        scores, places = self.index.search(as_query(vector), k, params=chosen.parameters(lists))
        found = places[0] >= 0  # FAISS fills up with -1
        return best(self.ids[places[0][found]], scores[0][found], keep=None, k=k)

    def _codes_of(self, rows: np.ndarray) -> np.ndarray:
        codes = np.empty((len(rows), self.index.d), np.int16)
        lists, offsets = self._places[0][rows], self._places[1][rows]
        for number in np.unique(lists):
            here = lists == number
            codes[here] = _codes(self.index, int(number))[offsets[here]]
        return codes

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """In which list each position lies, and where in it; 8 bytes a vector, made for comparing only."""
        lists = np.empty(len(self.ids), np.int32)
        offsets = np.empty(len(self.ids), np.int32)
        for number in range(self.index.nlist):
            held = _held(self.index, number)
            lists[held], offsets[held] = number, np.arange(len(held))
        return lists, offsets


def _steps(index: Any) -> np.ndarray:
    """Return how far two neighbouring codes are apart, in each dimension."""
    return faiss.vector_to_array(index.sq.trained)[index.d :] / 255


def _held(index: Any, number: int) -> np.ndarray:
    size = index.invlists.list_size(number)
    return faiss.rev_swig_ptr(index.invlists.get_ids(number), size) if size else np.empty(0, np.int64)


def _codes(index: Any, number: int) -> np.ndarray:
    size = index.invlists.list_size(number)
    return faiss.rev_swig_ptr(index.invlists.get_codes(number), size * index.d).reshape(size, index.d)
