"""Groups in which every photo is like the one that is to be kept: no chain makes unlike photos one group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

MOST = 24  # photos in a group: what one looks at side by side. Those left over are found again when these are decided
_LINKS = 64  # near hashes that are remembered of one hash

Near = Callable[[int], Iterable[tuple[int, float]]]  # the photos like one, and how close each is: 1 is the same


@dataclass(frozen=True)
class Star:
    """A keeper and the photos like it, closest first."""

    keeper: int
    others: tuple[tuple[int, float], ...]


def stars(order: Sequence[int], near: Near) -> list[Star]:
    """Group photos: each in turn, the best to keep first, takes those like it that none before it has taken."""
    waiting, found = dict.fromkeys(order), []
    for keeper in order:
        if keeper not in waiting:
            continue
        del waiting[keeper]
        like = sorted(((pk, close) for pk, close in near(keeper) if pk in waiting), key=lambda pair: -pair[1])
        if like:
            found.append(Star(keeper, tuple(like[: MOST - 1])))
            for pk, _ in found[-1].others:
                del waiting[pk]
    return found


class Neighbours:
    """The places that were told to be near one another, at most so many of each; memory is bounded by that."""

    def __init__(self, count: int) -> None:
        self._places = np.zeros((count, _LINKS), dtype=np.int32)
        self._apart = np.zeros((count, _LINKS), dtype=np.uint8)
        self._degrees = np.zeros(count, dtype=np.int64)

    def add(self, first: np.ndarray, second: np.ndarray, apart: np.ndarray) -> None:
        for one, other in ((first, second), (second, first)):
            self._add(one, other, apart)

    def of(self, place: int) -> list[tuple[int, int]]:
        """Return the places near this one, and how far apart they are."""
        count = self._degrees[place]
        return list(zip(self._places[place, :count].tolist(), self._apart[place, :count].tolist(), strict=True))

    def linked(self) -> list[int]:
        return np.flatnonzero(self._degrees).tolist()

    def _add(self, one: np.ndarray, other: np.ndarray, apart: np.ndarray) -> None:
        order = np.argsort(one, kind="stable")
        one, other, apart = one[order], other[order], apart[order]
        slots = np.arange(len(one)) - np.searchsorted(one, one) + self._degrees[one]
        fits = slots < _LINKS
        self._places[one[fits], slots[fits]] = other[fits]
        self._apart[one[fits], slots[fits]] = apart[fits]
        self._degrees += np.bincount(one[fits], minlength=len(self._degrees))
