from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from ai.probes import THRESHOLD, CannotLearn, Examples, Fitted, fit

DIMENSION = 64
NOTHING = np.empty((0, DIMENSION), np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


AXES = unit(np.random.default_rng(1).normal(size=(3, DIMENSION)))
BOAT, HOUSE, ALL = AXES  # what boats have, what houses have, what all pictures have


def pictures(kind: np.ndarray, count: int, seed: int = 0, clear: float = 0.8) -> np.ndarray:
    """Make vectors of pictures of one kind: in the cone where all are, apart by what they show, and noisy."""
    noise = np.random.default_rng(seed).normal(size=(count, DIMENSION)) / np.sqrt(DIMENSION)
    return unit(ALL + clear * kind + noise)


def probabilities(learned: Fitted, vectors: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-(vectors @ learned.probe.weights + learned.probe.bias)))


def boats(positives: int, negatives: int, others: int = 100, prior: np.ndarray | None = None) -> Examples:
    few = pictures(BOAT, positives, seed=2)
    return Examples(few, pictures(HOUSE, negatives, seed=3), pictures(HOUSE, others, seed=4), prior)


def test_it_tells_new_pictures_of_the_kind_from_others() -> None:
    learned = fit(boats(10, 20))

    assert (probabilities(learned, pictures(BOAT, 50, seed=5)) >= THRESHOLD).mean() > 0.6
    assert (probabilities(learned, pictures(HOUSE, 500, seed=6)) < THRESHOLD).mean() > 0.98


def test_the_same_examples_give_the_same_probe() -> None:
    first, second = fit(boats(5, 5)), fit(boats(5, 5))

    assert np.array_equal(first.probe.weights, second.probe.weights)
    assert first.probe.bias == second.probe.bias
    assert first.probe.weights.dtype == np.float32


def test_precision_and_recall_are_those_of_examples_held_out() -> None:
    learned = fit(boats(30, 30))

    assert learned.precision is not None
    assert learned.recall is not None
    assert learned.precision > 0.95
    assert learned.recall > 0.7


def test_what_cannot_be_told_apart_promises_nothing() -> None:
    alike = pictures(BOAT, 90, seed=9)

    learned = fit(Examples(alike[:20], alike[20:40], alike[40:]))

    assert learned.recall is not None
    assert learned.recall < 0.3
    assert learned.precision is None or learned.precision < 0.8


@pytest.mark.parametrize(("positives", "negatives"), [(1, 0), (2, 20), (20, 2)])
def test_from_too_few_examples_no_precision_is_estimated(positives: int, negatives: int) -> None:
    learned = fit(boats(positives, negatives))

    assert (learned.precision, learned.recall) == (None, None)


@pytest.mark.parametrize("others", [0, 100])
def test_one_picture_alone_finds_its_like(others: int) -> None:
    learned = fit(boats(1, 0, others))

    mixed = np.concatenate([pictures(BOAT, 20, seed=5), pictures(HOUSE, 20, seed=6)])
    surest = np.argsort(-probabilities(learned, mixed))[:10]

    assert (surest < 20).mean() >= 0.9


def test_the_words_text_decides_while_examples_are_few() -> None:
    unclear = Examples(pictures(BOAT, 1, clear=0.1), NOTHING, pictures(HOUSE, 100, clear=0.1), prior=BOAT)
    mixed = np.concatenate([pictures(BOAT, 50, seed=5, clear=0.4), pictures(HOUSE, 50, seed=6, clear=0.4)])

    with_text = np.argsort(-probabilities(fit(unclear), mixed))[:20]
    without = np.argsort(-probabilities(fit(Examples(unclear.positives, NOTHING, unclear.others)), mixed))[:20]

    assert (with_text < 50).mean() > (without < 50).mean()


def test_a_misleading_text_yields_to_examples() -> None:
    learned = fit(boats(10, 20, prior=HOUSE))

    mixed = np.concatenate([pictures(BOAT, 20, seed=5), pictures(HOUSE, 20, seed=6)])

    assert (np.argsort(-probabilities(learned, mixed))[:10] < 20).all()


def test_more_examples_make_it_surer() -> None:
    new = pictures(BOAT, 50, seed=5)

    few, many = (probabilities(fit(boats(count, 2 * count)), new).mean() for count in (3, 40))

    assert many > few


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_pictures_that_show_it_and_that_nobody_marked_do_not_make_it_unsure(share: float) -> None:
    unmarked = round(200 * share)
    others = np.concatenate([pictures(BOAT, unmarked, seed=7), pictures(HOUSE, 200 - unmarked, seed=8)])

    learned = fit(Examples(pictures(BOAT, 20, seed=2), pictures(HOUSE, 20, seed=3), others))

    assert (probabilities(learned, pictures(BOAT, 50, seed=5)) >= THRESHOLD).mean() > 0.6
    assert (probabilities(learned, pictures(HOUSE, 500, seed=6)) < THRESHOLD).mean() > 0.98


def test_from_examples_that_are_all_the_same_picture_nothing_is_learned() -> None:
    one = np.zeros((5, DIMENSION), np.float32)
    one[:, 0] = 1.0

    with pytest.raises(CannotLearn, match="apart"):
        fit(Examples(one, one, one))


def test_without_a_picture_that_shows_it_nothing_is_learned() -> None:
    with pytest.raises(CannotLearn, match="at least one"):
        fit(boats(0, 20))


def test_a_word_is_learned_in_under_a_second() -> None:
    chance = np.random.default_rng(0)
    rows = unit(chance.normal(size=(656, 1024)) + 0.1)
    rows[:200] += 0.02 * rows[0]

    start = process_time()
    fit(Examples(unit(rows[:200]), rows[200:400], rows[400:]))

    assert process_time() - start < 1.0
