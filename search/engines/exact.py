from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from search.engines.base import FLOAT_ERROR, Candidates, all_reaching, best, rows_among, rows_without, unlike
from search.engines.rows import Rows


@dataclass(frozen=True, eq=False)
class ExactEngine:
    """Every vector compared in numpy: the oracle the others are held against."""

    kind: ClassVar[str] = "exact"
    error: ClassVar[float] = FLOAT_ERROR

    ids: np.ndarray
    matrix: np.ndarray
    visible: np.ndarray | None = None  # bool, one a row

    @property
    def count(self) -> int:
        return len(self.ids) if self.visible is None else int(self.visible.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids if self.visible is None else self.ids[self.visible]

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        ids, matrix = [np.empty(0, np.int64)], [np.empty((0, dimension), np.float32)]
        for chunk_ids, vectors in rows.chunks("reading"):
            ids.append(chunk_ids)
            matrix.append(vectors)
        return cls(np.concatenate(ids), np.concatenate(matrix))

    @classmethod
    def open(cls, folder: Path) -> Self:
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), np.load(folder / "vectors.npy", mmap_mode="r"))

    def dump(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "vectors.npy", self.matrix)

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, visible=rows_without(self.ids, self.visible, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        keep = self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)
        return best(self.ids, self.matrix @ vector, keep, k)

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        keep = self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)
        return all_reaching(self.ids, self.matrix @ vector, keep, score)

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(rows_among(self.ids, self.visible, ids))
        return unlike(self.ids[rows], self.matrix[rows], ids, vectors)
