"""What the index takes of this machine's memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from search.index.live import State
from search.index.spaces import Space

_SMAPS = Path("/proc/self/smaps")


@dataclass(frozen=True)
class Memory:
    """In bytes. What is mapped is there once for all processes; what is private, masks and new vectors, in each."""

    mapped: int
    resident: int
    private: int


def memory_of(state: State, space: Space) -> Memory:
    """Tell what an index takes in this process; what is mapped can be told on Linux only, and is 0 elsewhere."""
    mapped = resident = 0
    inside = False
    for line in _smaps():
        name, *values = line.split()
        if not name.endswith(":"):
            inside = bool(values) and values[-1].startswith(f"{space.folder}/")
        elif inside and name == "Size:":
            mapped += 1024 * int(values[0])
        elif inside and name == "Rss:":
            resident += 1024 * int(values[0])
    return Memory(mapped, resident, _private(state))


def _smaps() -> list[str]:
    try:
        return _SMAPS.read_text().splitlines()
    except OSError:
        return []


def _private(state: State) -> int:
    held = [*vars(state.base).values(), *vars(state.tail).values()]
    return sum(array.nbytes for array in held if isinstance(array, np.ndarray) and not isinstance(array, np.memmap))
