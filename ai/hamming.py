"""Which 64-bit hashes are near one another: all of them, exactly, and fast among a hundred thousand.

Multi-index hashing after M. Norouzi, A. Punjani, D. Fleet, Fast Search in Hamming Space with Multi-Index Hashing,
CVPR 2012: of two hashes that differ in at most 8 bits, one of four bands of 16 bits differs in at most two.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

_BANDS = 4
_BITS = 16
_MASK = np.uint64(2**_BITS - 1)
_AT_ONCE = 2**18  # candidates compared at a time

Pairs = tuple[
    np.ndarray, np.ndarray, np.ndarray
]  # places of the first, of the second, and in how many bits they differ


def near(hashes: np.ndarray, one: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places in (n,) uint64 of what differs from `one` in at most so many bits, and in how many."""
    apart = np.bitwise_count(hashes ^ np.uint64(one))
    places = np.flatnonzero(apart <= radius)
    return places, apart[places]


def near_pairs(hashes: np.ndarray, radius: int) -> Iterator[Pairs]:
    """Yield all pairs in (n,) uint64 that differ in at most so many bits, each pair once, some at a time.

    Memory stays bounded whatever the hashes are. Where they are so alike that bands tell little, each is compared with
    each.
    """
    masks = _masks(radius // _BANDS)
    bands = [_Band(hashes, number) for number in range(_BANDS)]
    if sum(band.candidates(mask) for band in bands for mask in masks) > len(hashes) ** 2 // 2:
        yield from _each_with_each(hashes, radius)
        return
    for number, band in enumerate(bands):
        for mask in masks:
            for first, second in band.near(mask, radius):
                differing = hashes[first] ^ hashes[second]
                new = np.ones(len(first), dtype=bool)
                for earlier in range(number):  # what an earlier band has found already
                    new &= np.bitwise_count((differing >> np.uint64(_BITS * earlier)) & _MASK) > radius // _BANDS
                yield first[new], second[new], np.bitwise_count(differing[new])


class _Band:
    """Hashes in the order of 16 of their bits, the key: what is looked up together then lies together."""

    def __init__(self, hashes: np.ndarray, number: int) -> None:
        keys = (hashes >> np.uint64(_BITS * number)) & _MASK
        self._order = np.argsort(keys, kind="stable")
        self._hashes, self._keys = hashes[self._order], keys[self._order].astype(np.int64)
        self._counts = np.bincount(self._keys, minlength=2**_BITS)
        self._starts = np.cumsum(self._counts) - self._counts

    def candidates(self, mask: int) -> int:
        """Return how many pairs have keys that differ in just these bits, each counted in both directions."""
        return int(self._counts @ self._counts[np.arange(2**_BITS) ^ mask])

    def near(self, mask: int, radius: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the places of pairs within the radius whose keys differ in just these bits, each pair once."""
        # Each pair from the side on which the lowest of the bits is not set.
        asking = np.flatnonzero((self._keys & (mask & -mask)) == 0)
        counts = self._counts[self._keys[asking] ^ mask]
        asking, counts = asking[counts > 0], counts[counts > 0]
        starts = self._starts[self._keys[asking] ^ mask]
        ends = np.cumsum(counts)
        begin = 0
        while begin < len(asking):
            before = int(ends[begin - 1]) if begin else 0
            end = max(int(np.searchsorted(ends, before + _AT_ONCE, side="right")), begin + 1)
            some = counts[begin:end]
            second = np.arange(int(ends[end - 1]) - before) + np.repeat(
                starts[begin:end] - ends[begin:end] + some + before, some
            )
            apart = np.bitwise_count(np.repeat(self._hashes[asking[begin:end]], some) ^ self._hashes[second])
            found = np.flatnonzero(apart <= radius)
            first = np.repeat(asking[begin:end], some)[found]
            second = second[found]
            ahead = slice(None) if mask else first < second
            one, other = self._order[first[ahead]], self._order[second[ahead]]
            yield np.minimum(one, other), np.maximum(one, other)
            begin = end


def _masks(most: int) -> list[int]:
    """Return all ways in which a band may differ in at most so many bits."""
    ways = [bits for count in range(most + 1) for bits in combinations(range(_BITS), count)]
    return [sum(1 << bit for bit in bits) for bits in ways]


def _each_with_each(hashes: np.ndarray, radius: int) -> Iterator[Pairs]:
    step = max(_AT_ONCE // max(len(hashes), 1), 1)
    for begin in range(0, len(hashes), step):
        apart = np.bitwise_count(hashes[begin : begin + step, None] ^ hashes[None, begin:])
        first, second = np.nonzero(apart <= radius)
        ahead = first < second
        first, second = first[ahead], second[ahead]
        yield first + begin, second + begin, apart[first, second]
