from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import faiss
import numpy as np

from search.engines.base import Candidates, rows_among, rows_without


@dataclass(frozen=True, eq=False)
class FlatEngine:
    """FAISS over all vectors as they are, and beside it the id of each position.

    Not IndexIDMap2, which would rebuild a private map of all ids in every process.
    """

    kind: ClassVar[str] = "flat"

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
    def build(cls, dimension: int, chunks: Iterable[tuple[np.ndarray, np.ndarray]]) -> Self:
        index, ids = faiss.IndexFlatIP(dimension), [np.empty(0, np.int64)]
        for chunk_ids, vectors in chunks:
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
        keep = self.visible if allowed is None else rows_among(self.ids, self.visible, allowed)
        return self._nearest(vector, min(k, len(self.ids)), keep)

    def take(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(rows_among(self.ids, self.visible, ids))
        return self.ids[rows], self.index.reconstruct_batch(rows)

    def _nearest(self, vector: np.ndarray, k: int, keep: np.ndarray | None) -> Candidates:
        if k == 0 or (keep is not None and not keep.any()):
            return Candidates(np.empty(0, np.int64), np.empty(0, np.float32))
        query = np.ascontiguousarray(vector, dtype=np.float32)[np.newaxis]
        if keep is None:
            scores, places = self.index.search(query, k)
        else:
            bits = np.packbits(keep, bitorder="little")  # FAISS reads it during the search: it must outlive the call
            # The stubs of FAISS describe its C++ constructors, not those Python has.
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg,arg-type]
            scores, places = self.index.search(query, k, params=parameters)
        found = places[0] >= 0  # FAISS fills up with -1
        return Candidates(self.ids[places[0][found]], scores[0][found])
