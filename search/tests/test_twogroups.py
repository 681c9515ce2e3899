from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from search.ranking.twogroups import Groups, groups_of

NULL, DEVIATION, FITTING = 0.2, 0.04, 0.36
FINEST = 0.01


def cosines(photos: int, fitting: int, seed: int = 0) -> np.ndarray:
    """Return (photos,) cosines to one direction that so many of them fit: those come first."""
    chance = np.random.default_rng(seed)
    drawn = chance.normal(NULL, DEVIATION, photos)
    drawn[:fitting] = chance.normal(FITTING, DEVIATION, fitting)
    return drawn


def learned(photos: int = 600, directions: int = 200) -> Groups:
    """Learn from directions each of which fits two in a hundred photos."""
    many = np.stack([cosines(photos, photos // 50, seed) for seed in range(directions)], axis=1)
    many += np.random.default_rng(1).normal(0, 0.015, directions)
    fits = np.zeros(many.shape)
    fits[: photos // 50] = 1.0
    return groups_of(many, fits, FINEST)


@pytest.mark.parametrize(("photos", "fitting"), [(1000, 3), (1000, 20), (1000, 500), (1000, 900), (60, 3), (12, 2)])
def test_what_fits_is_told_from_the_rest_whether_it_is_little_or_most(photos: int, fitting: int) -> None:
    known = learned()
    sample = cosines(photos, fitting, seed=4711)

    above = sample >= known.edge(sample).cosine

    assert above[:fitting].mean() >= 0.6
    assert above[fitting:].mean() <= 0.03
    assert above[:fitting].sum() >= 0.9 * above.sum()


@pytest.mark.parametrize("photos", [1, 5, 50, 1000])
def test_where_nothing_fits_nothing_is_above_the_edge(photos: int) -> None:
    known = learned()

    found = [
        (sample >= known.edge(sample).cosine).sum()
        for sample in (cosines(photos, 0, seed) for seed in range(1000, 1040))
    ]

    assert np.mean(found) <= 0.3


def test_a_direction_nearer_to_all_photos_has_its_edge_as_much_further_up() -> None:
    known = learned()
    sample = cosines(1000, 50, seed=1)

    moved = known.edge(sample + 0.02).cosine - known.edge(sample).cosine

    assert moved == pytest.approx(0.02, abs=0.006)


def test_a_direction_of_no_kind_is_measured_by_its_own_photos() -> None:
    known = learned()
    sample = cosines(1000, 50, seed=2) * 2 + 0.1

    above = sample >= known.around(sample).edge(sample).cosine

    assert above[:50].mean() >= 0.6
    assert above[50:].mean() <= 0.01


def test_pairs_that_do_not_count_change_nothing() -> None:
    many = np.stack([cosines(60, 3, seed) for seed in range(60)], axis=1)
    fits = np.zeros(many.shape)
    fits[:3] = 1.0
    np.fill_diagonal(fits, np.nan)
    other = many.copy()
    np.fill_diagonal(other, 1.0)

    assert (
        groups_of(many, fits, FINEST).edge(many[:, 0]).cosine == groups_of(other, fits, FINEST).edge(many[:, 0]).cosine
    )


@settings(deadline=None)
@given(
    many=arrays(np.float32, (7, 5), elements=st.floats(-1, 1, width=32)),
    fits=arrays(np.float64, (7, 5), elements=st.floats(0, 1)),
    sample=arrays(np.float32, st.integers(0, 9), elements=st.floats(-1, 1, width=32)),
)
def test_whatever_the_cosines_there_is_an_edge(many: np.ndarray, fits: np.ndarray, sample: np.ndarray) -> None:
    known = groups_of(many, fits, FINEST)

    assert not np.isnan(known.edge(sample).cosine)
    assert (np.diff(known.ratio) >= 0).all()
    if len(sample):
        assert not np.isnan(known.around(sample).edge(sample).cosine)
