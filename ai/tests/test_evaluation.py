from __future__ import annotations

import random

import numpy as np
import pytest

from ai.evaluation import Score, WordScore, precision_at, ranks, score_ranks, score_tags

SEEDS = range(20)


def figures(score: Score) -> list[float]:
    return [score.precision, score.recall, score.f1]


def by_hand(scores: np.ndarray) -> list[int]:
    """Return the places of one query's candidates, best first, of equals the earlier first."""
    return [at for _, at in sorted((-score, at) for at, score in enumerate(scores.tolist()))]


def test_tags_are_scored_as_a_person_counts_them() -> None:
    shown = [{"dog", "animal"}, {"dog", "animal"}, {"cat", "animal"}, set(), {"cat", "animal"}]
    said = [{"dog", "animal"}, {"animal", "sofa"}, {"dog"}, {"cat"}, {"cat", "animal"}]

    scores = score_tags(["dog", "cat", "animal"], shown, said)

    assert scores.words == (
        WordScore("dog", shown=2, said=2, right=1),
        WordScore("cat", shown=2, said=2, right=1),
        WordScore("animal", shown=4, said=3, right=3),
    )
    assert figures(scores.words[2].score) == pytest.approx([1, 3 / 4, 6 / 7])
    assert figures(scores.micro) == pytest.approx([5 / 7, 5 / 8, 2 / 3])
    assert figures(scores.macro) == pytest.approx([2 / 3, 1.75 / 3, (0.5 + 0.5 + 6 / 7) / 3])


def test_words_that_are_not_judged_count_for_nothing() -> None:
    scores = score_tags(["dog"], [{"dog", "grass"}], [{"dog", "sky", "cloud"}])

    assert scores.micro == scores.macro == Score(1.0, 1.0, 1.0)


def test_a_word_that_is_never_said_or_never_shown_scores_nothing() -> None:
    scores = score_tags(["dog", "cat"], [{"dog"}], [{"cat"}])

    assert [word.score for word in scores.words] == [Score(0, 0, 0), Score(0, 0, 0)]
    assert score_tags([], [set()], [set()]).macro == Score(0, 0, 0)


def test_a_picture_without_an_answer_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score_tags(["dog"], [{"dog"}, set()], [{"dog"}])


@pytest.mark.parametrize("seed", SEEDS)
def test_tags_are_scored_as_by_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    words = ["a", "b", "c", "d"]
    shown = [{word for word in words if chance.random() < 0.4} for _ in range(15)]
    said = [{word for word in words if chance.random() < 0.4} for _ in range(15)]

    scores = score_tags(words, shown, said)

    hits = misses = alarms = 0
    for word in words:
        for truth, tags in zip(shown, said, strict=True):
            hits += word in truth and word in tags
            misses += word in truth and word not in tags
            alarms += word not in truth and word in tags
    precision, recall = hits / (hits + alarms), hits / (hits + misses)
    assert scores.micro.precision == pytest.approx(precision)
    assert scores.micro.recall == pytest.approx(recall)
    assert scores.micro.f1 == pytest.approx(2 * precision * recall / (precision + recall))
    assert scores.macro.f1 == pytest.approx(sum(word.score.f1 for word in scores.words) / 4)


def test_precision_is_of_the_first_answers_and_divided_by_how_many_were_asked_for() -> None:
    scores = np.array([[0.9, 0.1, 0.8, 0.7], [0.1, 0.2, 0.3, 0.4]])
    right = np.array([[True, True, False, True], [True, False, False, False]])

    assert precision_at(2, scores, right).tolist() == [0.5, 0.0]
    assert precision_at(3, scores, right).tolist() == pytest.approx([2 / 3, 0.0])
    assert precision_at(10, scores, right).tolist() == [0.3, 0.1], "fewer candidates than answers asked for"


def test_of_equals_the_earlier_one_is_the_first_answer() -> None:
    scores = np.array([[0.5, 0.5, 0.5]])

    assert precision_at(1, scores, np.array([[True, False, False]])) == [1.0]
    assert precision_at(1, scores, np.array([[False, True, True]])) == [0.0]
    assert ranks(scores, np.array([[False, True, True]])) == [2.0]


def test_a_rank_is_that_of_the_first_right_answer() -> None:
    scores = np.array([[0.1, 0.9, 0.5], [0.1, 0.9, 0.5], [0.1, 0.9, 0.5]])
    right = np.array([[False, True, False], [True, False, True], [False, False, False]])

    assert ranks(scores, right).tolist() == [1.0, 2.0, np.inf]


def test_without_candidates_nothing_is_found() -> None:
    assert ranks(np.empty((2, 0)), np.empty((2, 0), dtype=bool)).tolist() == [np.inf, np.inf]
    assert ranks(np.empty((0, 3)), np.empty((0, 3), dtype=bool)).tolist() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_ranks_and_precision_are_those_of_sorting_by_hand(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.integers(0, 6, (12, 30)).astype(float)  # many equals
    right = generator.random((12, 30)) < 0.1

    found = ranks(scores, right)

    for row in range(12):
        order = by_hand(scores[row])
        places = [place for place, at in enumerate(order, start=1) if right[row, at]]
        assert found[row] == (min(places) if places else np.inf)
        assert precision_at(5, scores, right)[row] == sum(place <= 5 for place in places) / 5


def test_recall_and_mean_reciprocal_rank_count_queries_that_find_nothing() -> None:
    retrieval = score_ranks(np.array([1.0, 2.0, 4.0, 11.0, np.inf]), at=(1, 5, 10))

    assert retrieval.queries == 5
    assert retrieval.recall == {1: 0.2, 5: 0.6, 10: 0.6}
    assert retrieval.mrr == pytest.approx((1 + 1 / 2 + 1 / 4 + 1 / 11) / 5)


def test_without_queries_there_are_zeros() -> None:
    retrieval = score_ranks(np.empty(0), at=(1, 5))

    assert (retrieval.queries, retrieval.recall, retrieval.mrr) == (0, {1: 0.0, 5: 0.0}, 0.0)
