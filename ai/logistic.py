"""Logistic regression in numpy alone: small problems, solved exactly and always alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_NEWTON_STEPS, _CG_STEPS, _HALVINGS = 50, 100, 30
_ENOUGH = 1e-6  # a gradient this many times smaller than at the start ends the search


@dataclass(frozen=True, eq=False)
class Line:
    """The margin of x is `weights @ x + bias`, and above zero it is rather a Yes."""

    weights: np.ndarray
    bias: float

    def margins(self, features: np.ndarray) -> np.ndarray:
        return features @ self.weights + self.bias


@dataclass(frozen=True, eq=False)
class Problem:
    """Which line to look for: the one that minimises, with margins f of the rows of `features` (n, d),

        ridge / 2 * |w - centre|^2 + sum_i importance_i * (log(1 + exp(f_i)) - target_i * f_i)

    `targets` (n,) are probabilities of a Yes, `importance` (n,) is not negative; the bias is free.
    """

    features: np.ndarray
    targets: np.ndarray
    importance: np.ndarray
    centre: np.ndarray
    ridge: float = 1.0

    def solve(self, start: Line) -> Line:
        """Return the minimum, which is the only one, searched for from `start`.

        Newton's method whose steps are found by conjugate gradients, with a step halved until it helps (Nocedal and
        Wright, "Numerical Optimization", 2006, algorithm 7.1): no (d, d) matrix is ever made.
        """
        at = np.append(start.weights, start.bias)
        enough = _ENOUGH * np.linalg.norm(self._gradient(np.append(self.centre, 0.0)))
        for _ in range(_NEWTON_STEPS):
            gradient = self._gradient(at)
            if np.linalg.norm(gradient) <= enough:
                break
            at = self._improved(at, gradient, self._newton_step(at, gradient))
        return Line(at[:-1], float(at[-1]))

    def _loss(self, at: np.ndarray) -> float:
        margins = self._margins(at)
        losses = np.logaddexp(0.0, margins) - self.targets * margins
        return float(self.importance @ losses + self.ridge / 2 * np.sum((at[:-1] - self.centre) ** 2))

    def _gradient(self, at: np.ndarray) -> np.ndarray:
        errors = self.importance * (sigmoid(self._margins(at)) - self.targets)
        return np.append(self.ridge * (at[:-1] - self.centre) + errors @ self.features, errors.sum())

    def _newton_step(self, at: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Solve `hessian @ step = -gradient` as far as this step deserves."""
        shares = sigmoid(self._margins(at))
        curvature = self.importance * shares * (1.0 - shares)
        step, rest = np.zeros_like(at), -gradient
        direction, square = rest, rest @ rest
        goal = min(0.1, np.sqrt(square)) ** 2 * square
        for _ in range(_CG_STEPS):
            bent = curvature * self._margins(direction)
            bent = np.append(self.ridge * direction[:-1] + bent @ self.features, bent.sum())
            if (along := direction @ bent) <= 0.0:  # flat: the bias alone, where every margin is far away
                break
            step = step + square / along * direction
            rest = rest - square / along * bent
            before, square = square, rest @ rest
            if square <= goal:
                break
            direction = rest + square / before * direction
        return step

    def _improved(self, at: np.ndarray, gradient: np.ndarray, step: np.ndarray) -> np.ndarray:
        loss, slope = self._loss(at), float(gradient @ step)
        for halving in range(_HALVINGS):
            further = at + step / 2**halving
            if self._loss(further) <= loss + 1e-4 * slope / 2**halving:
                return further
        return at

    def _margins(self, at: np.ndarray) -> np.ndarray:
        return self.features @ at[:-1] + at[-1]


def sigmoid(margins: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-margin)) without overflow, whatever the margin."""
    return np.exp(-np.logaddexp(0.0, -margins))
