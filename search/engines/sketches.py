from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from search.engines.late import faiss


@dataclass(frozen=True, eq=False)
class Sketches:
    """Four bits for each of a few parts of a vector: a look at all of them tells which are worth a closer one.

    Product quantization after a projection on the principal components (PCA), whose sums a processor adds in its
    registers: F. Andre, A.-M. Kermarrec, N. Le Scouarnec, Cache Locality is not Enough, VLDB 2015 (FAISS: "fast scan").
    32 bytes a vector of 512 numbers, which FAISS copies into each process.
    """

    axes: np.ndarray  # (e, d) float32: the principal components, the widest first
    index: Any  # faiss.IndexPQFastScan over e numbers

    @classmethod
    def open(cls, folder: Path) -> Self:
        axes = np.load(folder / "axes.npy", mmap_mode="r")
        return cls(axes, faiss.read_index(str(folder / "sketches.faiss")))

    def dump(self, folder: Path) -> None:
        np.save(folder / "axes.npy", self.axes)
        faiss.write_index(self.index, str(folder / "sketches.faiss"))

    def add(self, vectors: np.ndarray) -> None:
        self.index.add(self._projected(vectors))

    def nearest(self, vector: np.ndarray, k: int) -> np.ndarray:
        """Return the positions of about the k nearest to a unit vector, ascending."""
        _, places = self.index.search(self._projected(vector[np.newaxis]), k)
        return np.sort(places[0][places[0] >= 0])  # FAISS fills up with -1

    def _projected(self, vectors: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(vectors @ self.axes.T, dtype=np.float32)
