from __future__ import annotations

import math

import numpy as np
import pytest

from ai.calibration import UNKNOWN, Figures, Truth, figures, measure
from ai.vocabulary import Correction, Vocabulary, Word

WORDS = ("cat", "dog", "bird")
RNG_SEED = 7
COUNT = 600
DIMENSION = 16


def vocabulary(temperature: float, **corrections: Correction) -> Vocabulary:
    words = tuple(Word(word, (at,), threshold=0.5, correction=corrections.get(word)) for at, word in enumerate(WORDS))
    return Vocabulary(words, np.eye(6, DIMENSION, dtype=np.float32), temperature)


def world(truly: Vocabulary, count: int = COUNT) -> Truth:
    """Pictures of which each shows what it shows with the probability that this vocabulary says."""
    chance = np.random.default_rng(RNG_SEED)
    vectors = chance.normal(size=(count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shown = chance.random((count, len(WORDS))) < truly.probabilities(vectors)
    return Truth(vectors, WORDS, shown.astype(np.int8))


def test_the_error_falls_where_probabilities_were_too_sure() -> None:
    truth = world(vocabulary(temperature=6.0))

    measured = measure(vocabulary(temperature=25.0), truth)

    assert measured.before.error > 0.05
    assert measured.after.error < measured.before.error / 2
    assert measured.temperature == pytest.approx(6.0, rel=0.3)


def test_the_error_falls_where_words_are_wrong_each_in_its_own_way_and_one_threshold_means_the_same() -> None:
    truly = vocabulary(8.0, cat=Correction(offset=2.0), dog=Correction(offset=-2.0), bird=Correction(slope=1.5))
    truth, said = world(truly, 3000), vocabulary(8.0)

    measured = measure(said, truth)

    assert measured.after.error < measured.before.error / 2
    assert measured.corrections["cat"].offset > 1
    assert measured.corrections["dog"].offset < -1
    after = vocabulary(measured.temperature, **measured.corrections).probabilities(truth.vectors)
    rights = [truth.labels[:, at][(after[:, at] > 0.25) & (after[:, at] < 0.45)].mean() for at in range(2)]
    assert rights == pytest.approx([0.35, 0.35], abs=0.08)


def test_probabilities_that_are_right_are_left_nearly_as_they_are() -> None:
    truly = vocabulary(10.0)

    measured = measure(truly, world(truly))

    assert measured.temperature == pytest.approx(10.0, rel=0.35)
    assert all(abs(correction.offset) < 0.8 for correction in measured.corrections.values())
    assert measured.after.error < 0.04


def test_few_pictures_move_a_word_little() -> None:
    truly = vocabulary(10.0, cat=Correction(offset=3.0))
    many, few = world(truly, 1000), world(truly, 12)

    offsets = [measure(vocabulary(10.0), truth).corrections["cat"].offset for truth in (few, many)]

    assert abs(offsets[0]) < abs(offsets[1])


def test_what_is_not_known_counts_neither_way() -> None:
    truth = world(vocabulary(10.0, cat=Correction(offset=2.0)))
    more = np.vstack([truth.vectors, truth.vectors])
    unknown = np.vstack([truth.labels, np.full_like(truth.labels, UNKNOWN)])

    with_unknown = measure(vocabulary(10.0), Truth(more, WORDS, unknown))

    assert with_unknown.corrections == measure(vocabulary(10.0), truth).corrections


def test_words_without_truth_are_not_corrected() -> None:
    truth = world(vocabulary(10.0))
    only_cats = Truth(truth.vectors, WORDS[:1], truth.labels[:, :1])

    assert set(measure(vocabulary(10.0), only_cats).corrections) == {"cat"}


def test_what_was_corrected_before_counts_as_it_is_and_is_measured_anew() -> None:
    truth = world(vocabulary(10.0))
    wrong = vocabulary(10.0, cat=Correction(offset=4.0))

    measured = measure(wrong, truth)

    assert measured.before.error > measure(vocabulary(10.0), truth).before.error
    assert abs(measured.corrections["cat"].offset) < 1


@pytest.mark.parametrize("label", [0, 1, UNKNOWN])
def test_a_truth_that_is_always_the_same_measures_nothing(label: int) -> None:
    truth = world(vocabulary(10.0), 10)

    with pytest.raises(ValueError, match="pictures are needed"):
        measure(vocabulary(10.0), Truth(truth.vectors, WORDS, np.full_like(truth.labels, label)))


def test_figures_are_what_they_are_called() -> None:
    probabilities, labels = np.array([0.9, 0.9, 0.9, 0.1]), np.array([1.0, 1.0, 0.0, 1.0])

    found = figures(probabilities, labels, np.array([0.5, 0.5, 0.5, 0.5]))

    assert found.error == pytest.approx((abs(2.7 - 2) + abs(0.1 - 1)) / 4)
    assert (found.precision, found.recall) == pytest.approx((2 / 3, 2 / 3))


def test_without_a_tag_there_is_no_precision() -> None:
    found = figures(np.array([0.9, 1.0]), np.array([1.0, 0.0]), np.array([np.inf, np.inf]))

    assert isinstance(found, Figures)
    assert math.isnan(found.precision)
    assert math.isnan(found.recall)
