from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs.attempts import claims_of
from jobs.models import LEASE, Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock

pytestmark = pytest.mark.django_db


def attempt(clock: Clock) -> Any:
    run = Run.objects.claim("a", clock())
    assert run is not None
    return run.job.task_result


def test_each_attempt_knows_the_marks_of_those_before_it(clock: Clock) -> None:
    tasks.write.enqueue("file")
    first = claims_of(attempt(clock))
    Run.objects.return_lost(clock.move(LEASE))
    clock.move(timedelta(seconds=1))

    second = claims_of(attempt(clock))

    assert (len(first), len(second)) == (1, 2)
    assert second[:-1] == first
    assert len(set(second)) == 2


def test_two_jobs_never_share_a_mark(clock: Clock) -> None:
    tasks.write.enqueue("file")
    tasks.write.enqueue("file")

    assert set(claims_of(attempt(clock))).isdisjoint(claims_of(attempt(clock)))
