from __future__ import annotations

from datetime import timedelta

import pytest

from photos.models import Stage
from photos.templatetags.analysis_display import STATES, about, model_name, per_second, seconds, stage_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=61), "about 1 minute"),
        (timedelta(minutes=89), "about 89 minutes"),
        (timedelta(minutes=95), "about 2 hours"),
        (timedelta(hours=47), "about 47 hours"),
        (timedelta(days=3), "about 3 days"),
    ],
)
def test_spans_are_written_as_a_person_would(span: timedelta, words: str) -> None:
    assert about(span) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (12.4, "12 photos a second"),
        (1.0, "1 photo a second"),
        (0.5, "30 photos a minute"),
        (0.01, "36 photos an hour"),
    ],
)
def test_rates_are_no_numbers_below_one(rate: float, words: str) -> None:
    assert per_second(rate) == words


def test_durations_are_short() -> None:
    assert [seconds(number) for number in (12.345, 0.1, 0.0123, 0.0)] == ["12.3 s", "0.1 s", "12 ms", "1 ms"]


def test_a_model_is_called_by_its_name() -> None:
    assert [model_name(key) for key in ("compact@1f3a-256d", "captioner:blip", "")] == ["compact", "blip", ""]


def test_every_step_and_state_has_words() -> None:
    assert all(stage_words(Stage(name=name)) for name in Stage.Name)
    assert set(STATES) == set(Stage.Status)
