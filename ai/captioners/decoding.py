"""From the scores of a decoder to the tokens of a caption: greedy and beam search as Hugging Face's generate() does.

Scores are float64 here, so that sums of many steps stay exact where a decoder answers in float16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ai.captioners.generation import Generation

CheckTime = Callable[[], None]  # called before every step; raises to end the decoding


class Decoder(Protocol):
    def logits(self, tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        """Return (rows, vocabulary) scores of what follows each row of `tokens`, (rows, length) int64.

        `parents` says which row of the call before each row goes on from; the first call has no row before.
        """


def decode(decoder: Decoder, plan: Generation, check_time: CheckTime) -> list[int]:
    """Return the tokens of the best caption, without the marks of its start and end."""
    search = greedy if plan.num_beams == 1 else beam_search
    return search(decoder, plan, check_time)


def greedy(decoder: Decoder, plan: Generation, check_time: CheckTime) -> list[int]:
    tokens = np.array([[plan.start]], dtype=np.int64)
    while tokens.shape[1] < plan.max_length:
        check_time()
        scores = _guarded(decoder.logits(tokens, np.zeros(1, np.int64)).astype(np.float64), tokens, plan)
        best = int(scores[0].argmax())
        if best in plan.ends:
            break
        tokens = np.append(tokens, [[best]], axis=1)
    return [int(token) for token in tokens[0, 1:]]


def beam_search(decoder: Decoder, plan: Generation, check_time: CheckTime) -> list[int]:
    tokens = np.full((plan.num_beams, 1), plan.start, dtype=np.int64)
    parents = np.arange(plan.num_beams)
    # All beams begin alike: only the first may be gone on from, or all would become the same.
    totals = np.where(parents == 0, 0.0, -1e9)
    finished = _Finished(plan)
    while tokens.shape[1] < plan.max_length:
        check_time()
        scores = _guarded(_log_softmax(decoder.logits(tokens, parents)), tokens, plan) + totals[:, None]
        step = _step(scores, tokens, plan, finished)
        if finished.is_complete(step.best, tokens.shape[1]):
            return finished.best()
        parents, totals = step.parents, step.totals
        tokens = np.append(tokens[parents], step.tokens[:, None], axis=1)
    for row, total in zip(tokens, totals, strict=True):
        finished.add(row, float(total), len(row) - 1)
    return finished.best()


@dataclass(frozen=True)
class _Step:
    """How the beams go on: from which row, with which token, at which sum of log probabilities."""

    parents: np.ndarray
    tokens: np.ndarray
    totals: np.ndarray
    best: float  # the largest sum of all candidates, ended ones too


def _step(scores: np.ndarray, tokens: np.ndarray, plan: Generation, finished: _Finished) -> _Step:
    """Choose the beams of the next step from (beams, vocabulary) sums; what ends a caption goes to `finished`."""
    flat = scores.ravel()
    candidates = _largest(flat, max(2, 1 + len(plan.ends)) * plan.num_beams)
    going_on = []
    for rank, candidate in enumerate(candidates):
        parent, token = divmod(int(candidate), scores.shape[1])
        if token not in plan.ends:
            going_on.append((parent, token, flat[candidate]))
        elif rank < plan.num_beams:
            finished.add(tokens[parent], float(flat[candidate]), tokens.shape[1])
        if len(going_on) == plan.num_beams:
            break
    parents, chosen, totals = zip(*going_on, strict=True)
    return _Step(np.array(parents), np.array(chosen, np.int64), np.array(totals), float(flat[candidates[0]]))


@dataclass
class _Finished:
    """The best captions that have ended, at most one for each beam.

    A score is the sum of log probabilities over the length, without the start and with the end, to the power of the
    length penalty.
    """

    plan: Generation
    scored: list[tuple[float, np.ndarray]] = field(default_factory=list)

    def add(self, tokens: np.ndarray, total: float, length: int) -> None:
        self.scored.append((self._score(total, length), tokens))
        # Stable: of two equal scores the earlier caption stays.
        self.scored.sort(key=lambda scored: -scored[0])
        del self.scored[self.plan.num_beams :]

    def is_complete(self, best_total: float, length: int) -> bool:
        """Tell whether no beam that goes on is expected to become better than what has ended."""
        if len(self.scored) < self.plan.num_beams:
            return False
        if self.plan.early_stopping is True:
            return True
        if self.plan.early_stopping == "never" and self.plan.length_penalty > 0:
            length = self.plan.max_length - 1
        return self.scored[-1][0] >= self._score(best_total, length)

    def best(self) -> list[int]:
        return [int(token) for token in self.scored[0][1][1:]]

    def _score(self, total: float, length: int) -> float:
        return total / length**self.plan.length_penalty


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return where the largest values are, the largest first, equal ones by place."""
    count = min(count, len(values))
    top = np.argpartition(-values, count - 1)[:count]
    return np.asarray(top[np.lexsort((top, -values[top]))])


def _guarded(scores: np.ndarray, tokens: np.ndarray, plan: Generation) -> np.ndarray:
    """Return the (rows, vocabulary) scores with repetition made unlikely or impossible, as the plan says."""
    guarded = scores.copy()
    for row, said in zip(guarded, tokens, strict=True):
        if plan.repetition_penalty != 1.0:
            known = np.unique(said)
            row[known] *= np.where(row[known] < 0, plan.repetition_penalty, 1 / plan.repetition_penalty)
        row[_completing(said.tolist(), plan.no_repeat_ngram_size)] = -np.inf
    return guarded


def _completing(said: list[int], size: int) -> list[int]:
    """Return the tokens that would say a run of `size` tokens for the second time."""
    if not 0 < size <= len(said):
        return []
    last = said[len(said) - size + 1 :]
    return [said[at + size - 1] for at in range(len(said) - size + 1) if said[at : at + size - 1] == last]
