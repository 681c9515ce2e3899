from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ai.logistic import Line, Problem, sigmoid

START = Line(np.zeros(3), 0.0)


def problem(**changes: Any) -> Problem:
    """Forty points around two centres that overlap, seeded; parts of the problem as named."""
    chance = np.random.default_rng(7)
    targets = np.repeat([1.0, 0.0], 20)
    parts: dict[str, Any] = {
        "features": chance.normal(size=(40, 3)) + targets[:, None],
        "targets": targets,
        "importance": np.ones(40),
        "centre": np.zeros(3),
    }
    return Problem(**parts | changes)


def gradient(task: Problem, line: Line) -> np.ndarray:
    """What must be zero at the minimum, written down anew: by the weights, and last by the bias."""
    errors = task.importance * (1.0 / (1.0 + np.exp(-line.margins(task.features))) - task.targets)
    by_weights = task.ridge * (line.weights - task.centre) + task.features.T @ errors
    return np.append(by_weights, errors.sum())


@pytest.mark.parametrize("ridge", [0.01, 1.0, 100.0])
def test_nothing_pulls_at_the_line_it_finds(ridge: float) -> None:
    task = problem(ridge=ridge, centre=np.array([1.0, -2.0, 0.5]))

    found = task.solve(START)

    assert np.abs(gradient(task, found)).max() < 1e-3


def test_wherever_it_starts_it_ends_at_the_same_line() -> None:
    task = problem()

    lines = [task.solve(start) for start in (START, Line(np.array([9.0, -9.0, 9.0]), -40.0))]

    assert np.allclose(lines[0].weights, lines[1].weights, atol=1e-4)
    assert lines[0].bias == pytest.approx(lines[1].bias, abs=1e-4)


def test_a_heavy_ridge_holds_it_at_its_centre() -> None:
    centre = np.array([0.3, -0.2, 0.1])

    found = problem(ridge=1e6, centre=centre).solve(START)

    assert np.allclose(found.weights, centre, atol=1e-3)


def test_importance_counts_as_copies_do() -> None:
    task = problem()
    twice = np.r_[np.arange(40), np.arange(5)]
    weighted = problem(importance=np.r_[np.full(5, 2.0), np.ones(35)])

    copied = Problem(task.features[twice], task.targets[twice], np.ones(45), task.centre).solve(START)

    assert np.allclose(weighted.solve(START).weights, copied.weights, atol=1e-4)


def test_points_that_never_overlap_still_give_a_finite_line() -> None:
    features = np.array([[1e3, 0.0, 0.0], [-1e3, 0.0, 0.0]])

    found = Problem(features, np.array([1.0, 0.0]), np.full(2, 1e4), np.zeros(3), ridge=1e-6).solve(START)

    assert np.isfinite(found.weights).all()
    assert found.margins(features)[0] > 0 > found.margins(features)[1]


def test_targets_between_yes_and_no_become_the_probabilities() -> None:
    task = Problem(np.zeros((4, 3)), np.full(4, 0.8), np.ones(4), np.zeros(3))

    found = task.solve(START)

    assert sigmoid(np.array([found.bias]))[0] == pytest.approx(0.8, abs=1e-6)


def test_the_sigmoid_of_any_margin_is_a_number() -> None:
    values = sigmoid(np.array([-1e4, -1.0, 0.0, 1.0, 1e4]))

    assert values == pytest.approx([0.0, 0.26894142, 0.5, 0.73105858, 1.0])
