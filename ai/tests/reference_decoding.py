"""What a caption must be, computed the slow and plain way: no graph, no cache, no batches, one list at a time.

The decoder's arithmetic is written again in float64; beam search follows the description of Hugging Face's generate().
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from PIL import Image

from ai.tests.tiny_captioner import END, HEADS, IMAGE_MEAN, IMAGE_STD, LAYERS, WIDTH, Kind, Weights

Scores = Callable[[list[int]], list[float]]  # what may follow a sequence, by token


def picture_states(weights: Weights, kind: Kind, image: Image.Image) -> np.ndarray:
    resample = Image.Resampling.BICUBIC if kind.family == "blip" else Image.Resampling.BILINEAR
    pixels = np.asarray(image.resize((16, 16), resample)).astype(np.float64) / 255
    normal = (pixels - IMAGE_MEAN) / IMAGE_STD
    patches = [normal[y : y + 8, x : x + 8] for y in (0, 8) for x in (0, 8)]
    return np.array([[np.sum(patch.transpose(2, 0, 1) * one) for one in weights["patch"]] for patch in patches])


def scores_of(weights: Weights, kind: Kind, image: Image.Image) -> Scores:
    exact = {name: values.astype(np.float64) for name, values in weights.items()}
    picture = np.tanh(picture_states(weights, kind, image))

    def scores(sequence: list[int]) -> list[float]:
        states = exact["words"][sequence] + exact["places"][: len(sequence)]
        for at in range(LAYERS):
            own = _attention(states, states, [exact[f"s{part}{at}"] for part in "qkvo"], causal=True)
            states = np.tanh(states + own)
            seen = _attention(states, picture, [exact[f"c{part}{at}"] for part in "qkvo"], causal=False)
            states = np.tanh(states + seen)
        return [float(score) for score in exact["words"] @ states[-1]]

    return scores


def _attention(asking: np.ndarray, asked: np.ndarray, weights: list[np.ndarray], causal: bool) -> np.ndarray:
    query, key, value = asking @ weights[0], asked @ weights[1], asked @ weights[2]
    width = WIDTH // HEADS
    mixed = np.zeros_like(query)
    for row in range(len(query)):
        seen = row + 1 if causal else len(key)
        for head in range(HEADS):
            part = slice(head * width, (head + 1) * width)
            near = np.exp(key[:seen, part] @ query[row, part] / math.sqrt(width))
            mixed[row, part] = (near / near.sum()) @ value[:seen, part]
    return mixed @ weights[3]


def greedy(scores: Scores, start: int, plan: dict[str, Any]) -> list[int]:
    sequence = [start]
    while len(sequence) < plan.get("max_length", 20):
        guarded = _guard(scores(sequence), sequence, plan)
        token = max(range(len(guarded)), key=guarded.__getitem__)
        if token == END:
            break
        sequence.append(token)
    return sequence[1:]


def beam(scores: Scores, start: int, plan: dict[str, Any]) -> list[int]:
    beams, longest = plan["num_beams"], plan.get("max_length", 20)
    alive: list[tuple[float, list[int]]] = [(0.0, [start])]
    ended: list[tuple[float, list[int]]] = []
    while len(alive[0][1]) < longest:
        length = len(alive[0][1])
        everything = [
            (total + step, sequence, token)
            for total, sequence in alive
            for token, step in enumerate(_guard(_log_probabilities(scores(sequence)), sequence, plan))
        ]
        everything.sort(key=lambda candidate: -candidate[0])
        candidates = everything[: 2 * beams]
        for total, sequence, token in candidates[:beams]:
            # Every continuation of the full width was looked at before, so an end among the best counts.
            if token == END:
                ended = _best([*ended, (total / _length(length, plan), sequence)], beams)
        alive = [(total, [*sequence, token]) for total, sequence, token in candidates if token != END][:beams]
        if len(ended) == beams and _is_over(ended, candidates[0][0], length, plan):
            return ended[0][1][1:]
    unfinished = [(total / _length(longest - 1, plan), sequence) for total, sequence in alive]
    return _best([*ended, *unfinished], beams)[0][1][1:]


def _is_over(ended: list[tuple[float, list[int]]], best: float, length: int, plan: dict[str, Any]) -> bool:
    rule = plan.get("early_stopping", False)
    if rule == "never" and plan.get("length_penalty", 1.0) > 0:
        length = plan.get("max_length", 20) - 1
    return rule is True or ended[-1][0] >= best / _length(length, plan)


def _length(length: int, plan: dict[str, Any]) -> float:
    return float(length ** plan.get("length_penalty", 1.0))


def _best(scored: Iterable[tuple[float, list[int]]], count: int) -> list[tuple[float, list[int]]]:
    return sorted(scored, key=lambda one: -one[0])[:count]


def _log_probabilities(scores: list[float]) -> list[float]:
    largest = max(scores)
    total = largest + math.log(sum(math.exp(score - largest) for score in scores))
    return [score - total for score in scores]


def _guard(scores: list[float], sequence: list[int], plan: dict[str, Any]) -> list[float]:
    guarded, penalty, size = list(scores), plan.get("repetition_penalty", 1.0), plan.get("no_repeat_ngram_size", 3)
    for token in set(sequence):
        guarded[token] = guarded[token] * penalty if guarded[token] < 0 else guarded[token] / penalty
    said = {tuple(sequence[at : at + size]) for at in range(len(sequence) - size + 1)} if size else set()
    for token in range(len(scores)):
        if size and (*sequence[len(sequence) - size + 1 :], token) in said:
            guarded[token] = -math.inf
    return guarded
