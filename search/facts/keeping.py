"""What was computed once, kept while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=Sized)

_OVERHEAD = 500  # bytes of an entry beside its value


class Kept(Generic[V]):
    """Values by key, for all threads of a process: those used last, of at most so many bytes together."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()
        self.nbytes = 0

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._forget(key)
            self._values[key] = value
            self.nbytes += _size(value)
            while self.nbytes > self._most_bytes:
                self._forget(next(iter(self._values)))

    def _forget(self, key: Hashable) -> None:
        old = self._values.pop(key, None)
        if old is not None:
            self.nbytes -= _size(old)


def _size(value: Sized) -> int:
    return value.nbytes + _OVERHEAD
