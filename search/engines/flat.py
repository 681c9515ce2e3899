from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from search.engines.base import FLOAT_ERROR, Candidates, rows_among, rows_without, unlike
from search.engines.late import faiss
from search.engines.rows import Rows
from search.engines.selecting import NOBODY, Chosen, as_query


@dataclass(frozen=True, eq=False)
class FlatEngine:
    """FAISS over all vectors as they are, and beside it the id of each position.

    Not IndexIDMap2, which would rebuild a private map of all ids in every process.
    """

    kind: ClassVar[str] = "flat"
    error: ClassVar[float] = FLOAT_ERROR

    ids: np.ndarray
    index: Any  # faiss.IndexFlatIP
    visible: np.ndarray | None = None  # bool, one a position

    @property
    def count(self) -> int:
        return len(self.ids) if self.visible is None else int(self.visible.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids if self.visible is None else self.ids[self.visible]

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        index, ids = faiss.IndexFlatIP(dimension), [np.empty(0, np.int64)]
        for chunk_ids, vectors in rows.chunks("reading"):
            index.add(vectors)
            ids.append(chunk_ids)
        return cls(np.concatenate(ids), index)

    @classmethod
    def open(cls, folder: Path) -> Self:
        # IO_FLAG_MMAP_IFC maps the vectors; plain IO_FLAG_MMAP copies those of a flat index into private memory.
        index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), index)

    def dump(self, folder: Path) -> None:
        np.save(folder / "ids.npy", self.ids)
        faiss.write_index(self.index, str(folder / "vectors.faiss"))

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, visible=rows_without(self.ids, self.visible, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        chosen = Chosen.of(self._kept(allowed))
        if not len(self.ids) or chosen.none:
            return NOBODY
        scores, places = self.index.search(as_query(vector), min(k, len(self.ids)), params=chosen.parameters())
        found = places[0] >= 0  # FAISS fills up with -1
        return Candidates(self.ids[places[0][found]], scores[0][found])

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        chosen = Chosen.of(self._kept(allowed))
        if not len(self.ids) or chosen.none:
            return NOBODY
        below = float(np.nextafter(np.float32(score), np.float32(-2)))  # FAISS leaves out what just reaches it
        _, scores, places = self.index.range_search(as_query(vector), below, params=chosen.parameters())
        order = np.argsort(places)
        return Candidates(self.ids[places[order]], scores[order])

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(rows_among(self.ids, self.visible, ids))
        return unlike(self.ids[rows], self.index.reconstruct_batch(rows), ids, vectors)

    def _kept(self, allowed: np.ndarray | None) -> np.ndarray | None:
        return self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)
