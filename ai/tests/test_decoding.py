"""Decoding by hand-written scores: what the search itself decides, apart from any model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from ai.captioners.base import CaptionFailed
from ai.captioners.decoding import Decoder, decode
from ai.captioners.generation import Generation

START, END, A, B, C = range(5)
VOCABULARY = 1000  # the words without a name share what probability the others leave
Probabilities = Mapping[int, float]


class Always:
    """A decoder for which everything is followed by the same scores."""

    def __init__(self, *scores: float) -> None:
        self.scores = np.array(scores, np.float32)

    def logits(self, tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        assert len(parents) == len(tokens)
        return np.tile(self.scores, (len(tokens), 1))


class Table:
    """A decoder that looks up what follows a sequence; unknown sequences are followed by the end."""

    def __init__(self, table: Mapping[tuple[int, ...], Probabilities]) -> None:
        self.table = table
        self.rows: list[int] = []

    def logits(self, tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        assert len(parents) == len(tokens)
        self.rows.append(len(tokens))
        return np.stack([self._row(tuple(row[1:].tolist())) for row in tokens])

    def _row(self, said: tuple[int, ...]) -> np.ndarray:
        likely = self.table.get(said, {END: 0.96})
        rest = (1 - sum(likely.values())) / (VOCABULARY - len(likely))
        return np.log([likely.get(token, rest) for token in range(VOCABULARY)]).astype(np.float32)


# The surest first word leads to unsure ones; the second best first word leads to a sure end.
GARDEN_PATH = Table({(): {A: 0.5, B: 0.4}, (A,): {A: 0.3, B: 0.3, C: 0.3}, (B,): {C: 0.9}})


def plan(**changes: object) -> Generation:
    return Generation(**({"start": START, "ends": frozenset({END}), "no_repeat_ngram_size": 0} | changes))  # type: ignore[arg-type]


def say(decoder: Decoder, check_time: Callable[[], None] = lambda: None, **changes: object) -> list[int]:
    return decode(decoder, plan(**changes), check_time)


def test_greedy_takes_the_surest_word_and_beams_the_surest_sentence() -> None:
    assert say(GARDEN_PATH)[0] == A
    assert say(GARDEN_PATH, num_beams=2) == [B, C]


def test_the_first_step_goes_on_from_one_beam_only() -> None:
    table = Table({(): {A: 0.9}})

    assert say(table, num_beams=3) == [A]
    assert set(table.rows) == {3}


def test_a_negative_length_penalty_prefers_the_shorter_caption() -> None:
    table = Table({(): {A: 0.55, END: 0.4}, (A,): {B: 0.9}, (A, B): {C: 0.9}, (A, B, C): {END: 0.9}})

    assert say(table, num_beams=2, length_penalty=2.0, early_stopping="never") == [A, B, C]
    assert say(table, num_beams=2, length_penalty=-2.0, early_stopping="never") == []


def test_early_stopping_ends_at_the_first_captions_that_fill_the_beams() -> None:
    table = Table({(): {A: 0.5, B: 0.4}})

    say(table, num_beams=2, early_stopping=True)
    stopped = len(table.rows)
    say(table, num_beams=2, early_stopping="never", length_penalty=3.0)

    assert stopped < len(table.rows) - stopped


@pytest.mark.parametrize("beams", [1, 3])
def test_what_does_not_end_is_cut_at_the_limit(beams: int) -> None:
    endless = Always(-5, -20, -0.7, -1.2, -2.3)

    assert len(say(endless, num_beams=beams, max_length=7)) == 6


def test_the_guard_forbids_to_say_a_run_of_words_twice() -> None:
    stutter = Always(-7, -5, -0.7, -0.9, -3)

    assert say(stutter, max_length=9)[:4] == [A, A, A, A]
    said = say(stutter, max_length=9, no_repeat_ngram_size=2)
    assert len(set(itertools.pairwise(said))) == len(said) - 1
    assert say(stutter, max_length=9, no_repeat_ngram_size=1)[:3] == [A, B, C]


def test_a_penalty_makes_repetition_dearer_whatever_the_sign_of_the_score() -> None:
    above, below = Always(-9, -8, 3, 2.5, -9), Always(-9, -8, -2, -2.5, -9)

    assert say(above, max_length=3) == say(below, max_length=3) == [A, A]
    assert say(above, max_length=3, repetition_penalty=1.5) == [A, B]
    assert say(below, max_length=3, repetition_penalty=1.5) == [A, B]


def test_time_is_looked_at_before_every_step() -> None:
    left = iter([None, None])

    def check_time() -> None:
        if next(left, "over") == "over":
            raise CaptionFailed("too long")

    table = Table({(): {A: 0.9}, (A,): {A: 0.9}, (A, A): {A: 0.9}})
    with pytest.raises(CaptionFailed):
        say(table, check_time)

    assert len(table.rows) == 2


def test_an_end_that_is_not_among_the_best_candidates_is_not_taken() -> None:
    """Taken, (B,) would fill the beams and end the search before the best caption is found."""
    first = {(): {A: 0.5, B: 0.45}, (A,): {END: 0.5, C: 0.3}, (B,): {END: 0.3, C: 0.1}}
    later = {(A, C): {A: 0.98}, (B, C): {C: 0.9}, (B, C, C): {C: 0.9}}

    assert say(Table(first | later), num_beams=2, early_stopping=True) == [A, C, A]


def test_never_stopping_early_finds_the_longer_caption_that_the_rule_of_thumb_gives_up() -> None:
    slow = {(): {A: 0.5, END: 0.4}, (A,): {END: 0.17, B: 0.16}, (A, B): {C: 0.96}, (A, B, C): {A: 0.96}}
    table = Table(slow)

    assert say(table, num_beams=2) == []
    assert say(table, num_beams=2, early_stopping="never") == [A, B, C, A]


def test_a_caption_cut_at_the_limit_is_scored_by_the_words_it_has() -> None:
    table = Table({(): {END: 0.55, A: 0.4}, (A,): {B: 0.6}, (A, B): {C: 0.6}})

    assert say(table, num_beams=2, max_length=4) == []
