from __future__ import annotations

import pytest

from cloudzy.benchmark_teaching import measure_teaching
from photos.models import LearnedProbe

pytestmark = pytest.mark.django_db


def test_it_teaches_a_word_in_a_library_of_that_size() -> None:
    told: list[str] = []

    figures = measure_teaching(60, told.append).as_dict()

    assert told == ["60 of 60 photos"]
    assert figures["photos"] == 60
    assert 0 < figures["answer_s"] < figures["total_s"]
    assert LearnedProbe.objects.get().positives == 15
