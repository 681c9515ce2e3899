"""How good answers are, from the answers and the truth alone: scores in, figures out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1, their harmonic mean, each 0 where there is nothing to divide by."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class WordScore:
    """How a word was used as a tag: `shown` on so many pictures, `said` of so many, `right` on so many."""

    word: str
    shown: int
    said: int
    right: int

    @property
    def score(self) -> Score:
        return _score(self.right, self.said, self.shown)


@dataclass(frozen=True)
class TagScores:
    """`micro` counts all tags alike, `macro` all words alike."""

    words: tuple[WordScore, ...]
    micro: Score
    macro: Score


@dataclass(frozen=True)
class Retrieval:
    """`recall[k]` is the share of queries with something right among their first k answers.

    `mrr` is the mean of 1 / rank of the first right answer, 0 for a query without one: E. M. Voorhees, "The TREC-8
    Question Answering Track Report", 1999.
    """

    queries: int
    recall: dict[int, float]
    mrr: float


def score_tags(words: Sequence[str], shown: Sequence[Collection[str]], said: Sequence[Collection[str]]) -> TagScores:
    """Compare what each picture shows with what was said of it, as far as it concerns `words`.

    Precision = right / said, recall = right / shown, F1 = 2PR / (P + R). Micro figures are of the summed counts, macro
    figures the means over the words, an undefined one counting as 0: M. Sokolova and G. Lapalme, "A systematic
    analysis of performance measures for classification tasks", 2009, table 3; F1 is averaged as scikit-learn does.
    """
    pairs = list(zip(shown, said, strict=True))
    counted = tuple(
        WordScore(
            word,
            shown=sum(word in truth for truth, _ in pairs),
            said=sum(word in tags for _, tags in pairs),
            right=sum(word in truth and word in tags for truth, tags in pairs),
        )
        for word in words
    )
    micro = _score(*(sum(getattr(word, name) for word in counted) for name in ("right", "said", "shown")))
    return TagScores(counted, micro, _mean_score([word.score for word in counted]))


def precision_at(k: int, scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return for each query the share of right ones among its first `k` answers, (queries,) float64.

    `scores` and `right` are (queries, candidates), float and bool. The divisor is always `k`, so with fewer right
    candidates than `k` 1 is out of reach: C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information
    Retrieval", 2008, section 8.4.
    """
    # Stable, so that equals keep their order, as in a search.
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(right, first, axis=1).sum(axis=1) / k


def ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the rank of each query's first right answer, (queries,) float64: 1 is first, infinite where none is right.

    `scores` and `right` are (queries, candidates), float and bool. Of equals the earlier one goes first.
    """
    if not scores.size:
        return np.full(len(scores), np.inf)
    best_right = np.where(right, scores, -np.inf).argmax(axis=1)[:, None]
    bar = np.take_along_axis(scores, best_right, axis=1)
    earlier = np.arange(scores.shape[1]) < best_right
    before = ((scores > bar) | ((scores == bar) & earlier)).sum(axis=1)
    return np.where(right.any(axis=1), before + 1.0, np.inf)


def score_ranks(found: np.ndarray, at: Sequence[int]) -> Retrieval:
    """Summarise the (queries,) ranks of first right answers, with recall at each of `at`.

    Recall@K as image-text retrieval reports it: a query counts when any of its right answers is among its first K. A.
    Karpathy and L. Fei-Fei, "Deep Visual-Semantic Alignments for Generating Image Descriptions", 2015, section 4.1.
    """
    if not len(found):
        return Retrieval(0, dict.fromkeys(at, 0.0), 0.0)
    return Retrieval(len(found), {k: float((found <= k).mean()) for k in at}, float((1 / found).mean()))


def _score(right: int, said: int, shown: int) -> Score:
    precision, recall = right / said if said else 0.0, right / shown if shown else 0.0
    return Score(precision, recall, 2 * right / (said + shown) if said + shown else 0.0)


def _mean_score(scores: Sequence[Score]) -> Score:
    count = max(1, len(scores))
    return Score(*(sum(getattr(one, name) for one in scores) / count for name in ("precision", "recall", "f1")))
