"""Which positions FAISS looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from search.engines.base import Candidates
from search.engines.late import faiss

NOBODY = Candidates(np.empty(0, np.int64), np.empty(0, np.float32))


@dataclass(frozen=True, eq=False)
class Chosen:
    """Some positions of an index as a bitmap, None for all; FAISS reads it in a search, so it must outlive that."""

    bits: np.ndarray | None
    count: int | None  # how many they are

    @classmethod
    def of(cls, keep: np.ndarray | None) -> Self:
        """Choose by bool, one a position, or None for all."""
        return cls(None, None) if keep is None else cls(np.packbits(keep, bitorder="little"), int(keep.sum()))

    @property
    def none(self) -> bool:
        return self.count == 0

    def parameters(self, lists: int = 0) -> Any:
        """Return what a search of FAISS takes, in so many lists where it has lists; None where it needs nothing."""
        wanted: dict[str, Any] = {"nprobe": lists} if lists else {}
        if self.bits is not None:
            # The stubs of FAISS describe its C++ constructors, not those Python has.
            wanted["sel"] = faiss.IDSelectorBitmap(self.bits)  # type: ignore[call-arg,arg-type]
        if not wanted:
            return None
        return (faiss.SearchParametersIVF if lists else faiss.SearchParameters)(**wanted)


def as_query(vector: np.ndarray) -> np.ndarray:
    """Return the vector as FAISS takes queries: shape (1, d), float32, contiguous."""
    return np.ascontiguousarray(vector, dtype=np.float32)[np.newaxis]
