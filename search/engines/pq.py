from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from search.engines.base import Candidates, all_reaching, best, positions_of, rows_among, rows_without
from search.engines.codes import Codes
from search.engines.rows import Rows
from search.engines.selecting import NOBODY, Chosen
from search.engines.sketches import Sketches
from search.engines.training import trained


@dataclass(frozen=True, eq=False)
class PqEngine:
    """A look at sketches of all vectors, product quantized, and a closer one at the best: at a byte for each number.

    Where few are allowed, each of them is looked at closely: a filter loses nothing. Both hold positions, and beside
    them lies the id of each.
    """

    kind: ClassVar[str] = "pq"

    # So many are looked at closely, with this share of all, and at least so many for each that is wanted. In a million
    # the ten nearest of a word are among the 1,000 best sketches 98 times in a hundred, among 4,000 always.
    least_compared: ClassVar[int] = 2_000
    share_compared: ClassVar[float] = 0.002
    compared_for_each: ClassVar[int] = 16
    # So many allowed ones are compared one by one, in 3 ms at most; and all of them where they are no larger part.
    compared_singly: ClassVar[int] = 10_000
    part_compared: ClassVar[float] = 0.04

    ids: np.ndarray
    codes: Codes
    sketches: Sketches | None  # None where they are few
    visible: np.ndarray | None = None  # bool, one a position

    @property
    def count(self) -> int:
        return len(self.ids) if self.visible is None else int(self.visible.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids if self.visible is None else self.ids[self.visible]

    @property
    def error(self) -> float:
        return self.codes.error

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        (codes, sketches), ids = trained(dimension, rows), [np.empty(0, np.int64)]
        for chunk_ids, vectors in rows.chunks("adding"):
            codes.add(vectors)
            if sketches:
                sketches.add(vectors)
            ids.append(chunk_ids)
        return cls(np.concatenate(ids), codes, sketches)

    @classmethod
    def open(cls, folder: Path) -> Self:
        sketches = Sketches.open(folder) if (folder / "sketches.faiss").exists() else None
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), Codes.open(folder / "codes.faiss"), sketches)

    def dump(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        self.codes.dump(folder / "codes.faiss")
        if self.sketches:
            self.sketches.dump(folder)

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, visible=rows_without(self.ids, self.visible, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        if allowed is not None and len(allowed) <= self.compared_singly:
            positions = self._positions_of(allowed)
            return best(self.ids[positions], self.codes.scores(positions, vector), None, k)
        keep = self._kept(allowed)
        among = len(self.ids) if keep is None else int(keep.sum())
        if not among:
            return NOBODY
        if self.sketches is None or among <= self.part_compared * len(self.ids):
            positions, scores = self.codes.nearest(vector, min(k, among), Chosen.of(keep))
            return best(self.ids[positions], scores, None, k)
        positions = self._worth_a_look(self.sketches, vector, min(k, among), keep, among)
        return best(self.ids[positions], self.codes.scores(positions, vector), None, k)

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        if allowed is not None and len(allowed) <= self.compared_singly:
            positions = self._positions_of(allowed)
            return all_reaching(self.ids[positions], self.codes.scores(positions, vector), None, score)
        chosen = Chosen.of(self._kept(allowed))
        if not len(self.ids) or chosen.none:
            return NOBODY
        positions, scores = self.codes.reaching(vector, score, chosen)
        return Candidates(self.ids[positions], scores)

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        positions = self._positions_of(ids)
        have = self.ids[positions]
        stored = self.codes.stored[positions].astype(np.int16)
        # Another processor may round another way: one step is no other vector.
        expected = self.codes.codes_for(vectors[np.searchsorted(ids, have)]) if len(have) else stored
        return have, (np.abs(stored - expected) > 1).any(axis=1)

    def _positions_of(self, ids: np.ndarray) -> np.ndarray:
        """Return the positions of those of these ids that a search can find, ascending."""
        positions = positions_of(ids, self.ids)
        return positions if self.visible is None else positions[self.visible[positions]]

    def _kept(self, allowed: np.ndarray | None) -> np.ndarray | None:
        return self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)

    def _worth_a_look(
        self, sketches: Sketches, vector: np.ndarray, k: int, keep: np.ndarray | None, among: int
    ) -> np.ndarray:
        """Return the positions to look at closely, k at least: by sketches FAISS finds all, whoever may be found."""
        enough = max(self.least_compared + self.share_compared * len(self.ids), self.compared_for_each * k)
        wanted = ceil(enough * len(self.ids) / among)
        while True:
            places = sketches.nearest(vector, min(wanted, len(self.ids)))
            kept = places if keep is None else places[keep[places]]
            if len(kept) >= k or wanted >= len(self.ids):
                return kept
            wanted *= 8  # those who may be found lie further off than others
