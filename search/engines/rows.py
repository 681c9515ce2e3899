from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

# Ids (n,) and their vectors (n, dimension).
Chunk = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Step:
    """How far a piece of work has come, in vectors; a total of 0 says that nobody knows."""

    name: str
    done: int
    total: int


Told = Callable[[Step], object]


def untold(_: Step) -> None:
    """Hear how far something has come, and tell nobody."""


@dataclass(frozen=True)
class Rows:
    """Vectors that can be read more than once, each time as they are then: by chunks in ascending order of ids.

    `count` is how many they are, roughly where somebody writes meanwhile. `told` hears what is done with them.
    """

    count: int
    read: Callable[[], Iterable[Chunk]]
    told: Told = untold

    @classmethod
    def of(cls, *chunks: Chunk) -> Self:
        return cls(sum(len(ids) for ids, _ in chunks), lambda: chunks)

    def chunks(self, step: str) -> Iterator[Chunk]:
        """Read them all, for a step of this name."""
        done = 0
        for ids, vectors in self.read():
            yield ids, vectors
            done += len(ids)
            self.told(Step(step, done, max(done, self.count)))
