from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import ClassVar, Self

import faiss
import numpy as np

from search.engines.base import Candidates, all_reaching, best, positions_of, rows_among, rows_without
from search.engines.lists import Lists
from search.engines.rows import Rows
from search.engines.selecting import NOBODY, Chosen, as_query
from search.engines.training import trained


@dataclass(frozen=True, eq=False)
class IvfEngine:
    """FAISS over a byte for each number, in lists of vectors that are alike; a search looks into the nearest lists.

    Into so many that a fixed number of the vectors it may find is compared, the fewer are allowed the more lists; where
    few are allowed, each of them is compared: a filter loses nothing. Lists hold positions, and beside them lies the
    id of each position.
    """

    kind: ClassVar[str] = "ivf"

    # So many vectors a search compares, and this share of all: 4 ms in 100,000, 9 in a million. Texts lie apart from
    # pictures: the nearest of a word that few photos show are scattered over more lists than those of a picture.
    least_compared: ClassVar[int] = 40_000
    share_compared: ClassVar[float] = 0.1
    # Where few of its neighbours are allowed, a vector takes several times as long: then fewer are compared.
    part_scattered: ClassVar[float] = 0.15
    # So many allowed ones are compared one by one, in 3 ms at most.
    compared_singly: ClassVar[int] = 10_000

    ids: np.ndarray
    lists: Lists
    visible: np.ndarray | None = None  # bool, one a position

    @property
    def count(self) -> int:
        return len(self.ids) if self.visible is None else int(self.visible.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids if self.visible is None else self.ids[self.visible]

    @property
    def error(self) -> float:
        return self.lists.error

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        index, ids = trained(dimension, rows), [np.empty(0, np.int64)]
        for chunk_ids, vectors in rows.chunks("adding"):
            index.add(vectors)
            ids.append(chunk_ids)
        return cls(np.concatenate(ids), Lists(index))

    @classmethod
    def open(cls, folder: Path) -> Self:
        # IO_FLAG_MMAP_IFC maps lists and centroids; plain IO_FLAG_MMAP starts 32 threads for each search.
        index = faiss.read_index(str(folder / "lists.faiss"), faiss.IO_FLAG_MMAP_IFC)
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), Lists(index))

    def dump(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        faiss.write_index(self.lists.index, str(folder / "lists.faiss"))

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, visible=rows_without(self.ids, self.visible, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        if allowed is not None and len(allowed) <= self.compared_singly:
            positions = self._positions_of(allowed)
            return best(self.ids[positions], self._scores(positions, vector), None, k)
        chosen = Chosen.of(self._kept(allowed))
        among = len(self.ids) if chosen.count is None else chosen.count
        if not among:
            return NOBODY
        wanted, lists = min(k, among), self._lists_for(among, k)
        found = self._nearest(vector, wanted, lists, chosen)
        if len(found) < wanted and lists < len(self.lists):
            found = self._nearest(vector, wanted, len(self.lists), chosen)
        return found

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        if allowed is not None and len(allowed) <= self.compared_singly:
            positions = self._positions_of(allowed)
            return all_reaching(self.ids[positions], self._scores(positions, vector), None, score)
        chosen = Chosen.of(self._kept(allowed))
        if not len(self.ids) or chosen.none:
            return NOBODY
        below = float(np.nextafter(np.float32(score), np.float32(-2)))  # FAISS leaves out what just reaches it
        everywhere = chosen.parameters(len(self.lists))
        _, scores, places = self.lists.index.range_search(as_query(vector), below, params=everywhere)
        order = np.argsort(places)
        return Candidates(self.ids[places[order]], scores[order])

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        positions = self._positions_of(ids)
        have = self.ids[positions]
        stored = self.lists.codes(positions).astype(np.int16) if len(have) else np.empty(vectors[:0].shape, np.int16)
        # Another processor may round another way: one step is no other vector.
        expected = self.lists.codes_for(vectors[np.searchsorted(ids, have)])
        return have, (np.abs(stored - expected) > 1).any(axis=1)

    def _positions_of(self, ids: np.ndarray) -> np.ndarray:
        """Return the positions of those of these ids that a search can find, ascending."""
        positions = positions_of(ids, self.ids)
        return positions if self.visible is None else positions[self.visible[positions]]

    def _scores(self, positions: np.ndarray, vector: np.ndarray) -> np.ndarray:
        return self.lists.scores(positions, vector) if len(positions) else NOBODY.scores

    def _kept(self, allowed: np.ndarray | None) -> np.ndarray | None:
        return self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)

    def _lists_for(self, among: int, k: int) -> int:
        """Return into how many lists to look, so that enough of those that may be found are compared."""
        enough = self.least_compared + self.share_compared * len(self.ids)
        enough *= min(1.0, max(self.part_scattered, 2 * among / len(self.ids)))
        return min(len(self.lists), ceil(len(self.lists) * max(enough, 8 * k) / among))

    def _nearest(self, vector: np.ndarray, k: int, lists: int, chosen: Chosen) -> Candidates:
        scores, places = self.lists.index.search(as_query(vector), k, params=chosen.parameters(lists))
        found = places[0] >= 0  # FAISS fills up with -1
        return best(self.ids[places[0][found]], scores[0][found], keep=None, k=k)
