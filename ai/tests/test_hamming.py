from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ai import hamming
from ai.hamming import near, near_pairs

RADIUS = 8
Found = dict[tuple[int, int], int]

bits = st.sets(st.integers(0, 63), max_size=12)


def flipped(number: int, places: set[int]) -> int:
    return number ^ sum(1 << place for place in places)


def by_brute_force(hashes: list[int]) -> Found:
    pairs = [(one, other) for other in range(len(hashes)) for one in range(other)]
    apart = {(one, other): (hashes[one] ^ hashes[other]).bit_count() for one, other in pairs}
    return {pair: distance for pair, distance in apart.items() if distance <= RADIUS}


def found(hashes: np.ndarray) -> list[tuple[tuple[int, int], int]]:
    return [
        ((one, other), distance)
        for some in near_pairs(hashes, RADIUS)
        for one, other, distance in zip(*(part.tolist() for part in some), strict=True)
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2), bits), max_size=40), st.integers(0, 2**64 - 1))
def test_pairs_are_those_of_brute_force_each_once(copies: list[tuple[int, set[int]]], seed: int) -> None:
    originals = [seed, seed ^ 0xAAAAAAAAAAAAAAAA, flipped(seed, set(range(9)))]
    hashes = [flipped(originals[of], places) for of, places in copies]

    pairs = found(np.array(hashes, dtype=np.uint64))

    assert dict(pairs) == by_brute_force(hashes)
    assert len(pairs) == len(dict(pairs))


def test_among_many_strangers_bands_find_what_brute_force_does() -> None:
    chance = np.random.default_rng(7)
    hashes = chance.integers(0, 2**64, 1500, dtype=np.uint64)
    for place in range(500):
        differing = chance.choice(64, chance.integers(0, 11), replace=False)
        hashes[place] = hashes[place + 500] ^ np.uint64(sum(1 << int(bit) for bit in differing))

    pairs = found(hashes)

    assert dict(pairs) == by_brute_force(hashes.tolist())
    assert len(pairs) == len(dict(pairs))


def test_pieces_make_no_difference(monkeypatch: object) -> None:
    chance = np.random.default_rng(3)
    hashes = chance.integers(0, 2**6, 300, dtype=np.uint64) << np.uint64(30)
    whole = dict(found(hashes))

    monkeypatch.setattr(hamming, "_AT_ONCE", 50)  # type: ignore[attr-defined]

    assert dict(found(hashes)) == whole == by_brute_force(hashes.tolist())


def test_what_is_near_one_is_told_with_its_distance() -> None:
    hashes = np.array([0, 0b111, 2**9 - 1, 2**64 - 1], dtype=np.uint64)

    places, apart = near(hashes, 1, RADIUS)

    assert (places.tolist(), apart.tolist()) == ([0, 1, 2], [1, 2, 8])


def test_no_hashes_have_no_pairs() -> None:
    assert found(np.empty(0, dtype=np.uint64)) == []
