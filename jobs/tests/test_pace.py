from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Run
from jobs.pace import MEASURED, Pace, pace_of
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.tests.test_models import claim

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def done(clock: Clock, takes: timedelta) -> None:
    run = claim(clock)
    run.succeed(None, clock.move(takes))


def pace(clock: Clock) -> Pace:
    return pace_of(Run.objects.all(), clock())


def test_without_jobs_there_is_no_pace(clock: Clock) -> None:
    assert pace(clock) == Pace(0, {}, 0.0, None)


def test_what_runs_counts_as_what_waits_does(clock: Clock) -> None:
    for number in range(9):
        tasks.write_at_once.enqueue("file", number)
    for _ in range(3):
        done(clock, 10 * SECOND)
    claim(clock), claim(clock)

    found = pace(clock)

    assert (found.running, found.waiting) == (2, {tasks.write_at_once.module_path: 4})
    assert found.per_second == pytest.approx(1 / 10)
    assert found.left == MINUTE


def test_two_workers_need_half_the_time(clock: Clock) -> None:
    for number in range(8):
        tasks.write_at_once.enqueue("file", number)
    for _ in range(2):
        both = claim(clock, "a"), claim(clock, "b")
        clock.move(10 * SECOND)
        for run in both:
            run.succeed(None, clock())

    assert pace(clock).per_second == pytest.approx(1 / 5)
    assert pace(clock).left == 20 * SECOND


def test_what_takes_long_counts_for_more_than_what_is_quick(clock: Clock) -> None:
    tasks.write.enqueue("quick"), tasks.write.enqueue("quick")
    for _ in range(2):
        done(clock, SECOND)
    tasks.describe.enqueue("slow")
    done(clock, 38 * SECOND)
    for number in range(6):
        tasks.describe.enqueue(f"{number}")

    assert pace(clock).per_second == pytest.approx(3 / 40)
    assert pace(clock).left == 6 * 38 * SECOND


def test_what_began_long_ago_counts_for_the_part_that_is_measured(clock: Clock) -> None:
    tasks.tidy.enqueue("long"), tasks.tidy.enqueue("longer")
    done(clock, timedelta(hours=2))

    assert pace(clock).per_second == pytest.approx(1 / MEASURED.total_seconds())
    assert pace(clock).left == timedelta(hours=2)


def test_what_ended_long_ago_or_was_cancelled_is_no_measure(clock: Clock) -> None:
    tasks.write.enqueue("first"), tasks.write.enqueue("second"), tasks.write.enqueue("third")
    done(clock, SECOND)
    clock.move(MEASURED)
    Run.objects.filter(subject="second").cancel("anna", clock())

    assert pace(clock) == Pace(0, {tasks.write.module_path: 1}, 0.0, None)


def test_a_single_quick_job_promises_no_wonders(clock: Clock) -> None:
    tasks.write.enqueue("first")
    done(clock, SECOND / 10)

    assert pace(clock).per_second == pytest.approx(1 / 10)
    assert pace(clock).left is None


def test_it_takes_two_queries(clock: Clock) -> None:
    for task in (tasks.write, tasks.tidy, tasks.describe):
        task.enqueue("file")

    with CaptureQueriesContext(connection) as asked:
        pace(clock)

    assert len(asked) == 2
