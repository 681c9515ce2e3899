from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult, get_date_max

from jobs.models import Run
from jobs.priorities import PERSON
from jobs.runs import AT_ONCE
from jobs.signals import jobs_retried
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.tests.test_models import in_threads, now_of

pytestmark = pytest.mark.django_db


def failed(count: int, clock: Clock, task_path: str = tasks.write.module_path) -> None:
    """Save so many jobs that failed, each about something else."""
    common: dict[str, Any] = {"status": "FAILED", "task_path": task_path, "queue_name": "ingest"}
    common |= {"finished_at": clock(), "args_kwargs": {"args": [], "kwargs": {}}, "run_after": get_date_max()}
    jobs: list[Any] = [DBTaskResult(**common) for _ in range(count)]
    DBTaskResult.objects.bulk_create(jobs)
    limits: dict[str, Any] = {
        "time_limit": timedelta(minutes=5),
        "pause": timedelta(seconds=5),
        "error": "away",
        "attempts": 3,
    }
    Run.objects.bulk_create(Run(job=job, subject=str(number), **limits) for number, job in enumerate(jobs))


def waiting() -> int:
    return Run.objects.filter(job__status="READY").count()


def test_what_was_cancelled_on_purpose_is_tried_again_one_by_one_alone(clock: Clock) -> None:
    failed(2, clock)
    tasks.tidy.enqueue("cancelled")
    Run.objects.filter(subject="cancelled").cancel("anna", clock())

    all_of_them = Run.objects.failed().retry(clock())
    still = Run.objects.get(subject="cancelled")
    that_one = Run.objects.filter(pk=still.pk).retry(clock())

    assert (all_of_them, that_one) == (2, 1)
    assert still.error == "Cancelled by anna."
    assert now_of(still).cancelled_at is None
    assert waiting() == 3


def test_ten_thousand_take_a_few_statements_for_each_batch(clock: Clock) -> None:
    failed(10_000, clock)
    heard: list[int] = []

    def hear(subjects: list[str], **_: object) -> None:
        heard.append(len(subjects))

    jobs_retried.connect(hear)
    with CaptureQueriesContext(connection) as asked:
        count = Run.objects.failed().retry(clock())
    jobs_retried.disconnect(hear)

    assert count == sum(heard) == waiting() == 10_000
    assert len(asked) <= 1 + 8 * len(heard)
    assert len(heard) == 10_000 // AT_ONCE


def test_what_has_been_done_since_is_no_failure_any_more(clock: Clock) -> None:
    failed(2, clock, tasks.write_at_once.module_path)
    tasks.write_at_once.enqueue("0", 0)
    run = Run.objects.claim("a", clock())
    assert run is not None

    run.succeed(None, clock())

    assert [left.subject for left in Run.objects.failed()] == ["1"]
    assert Run.objects.in_state("done").count() == 1


def test_of_more_than_are_asked_for_the_rest_is_left(clock: Clock) -> None:
    failed(5, clock)

    assert Run.objects.failed().retry(clock(), most=3) == 3
    assert Run.objects.failed().count() == 2


def test_what_a_person_tries_again_goes_before_the_bulk(clock: Clock) -> None:
    tasks.write_at_once.enqueue("bulk", 0)
    failed(1, clock)

    Run.objects.failed().retry(clock(), PERSON)

    run = Run.objects.claim("a", clock())
    assert run is not None
    assert (run.subject, run.job.priority) == ("0", PERSON)


def test_where_another_job_waits_for_the_same_that_one_is_hurried(clock: Clock) -> None:
    failed(1, clock, tasks.write_at_once.module_path)
    tasks.write_at_once.enqueue("bulk", 0)
    tasks.write_at_once.enqueue("0", 0)

    assert Run.objects.failed().retry(clock(), PERSON) == 0
    run = Run.objects.claim("a", clock())
    assert run is not None
    assert run.subject == "0"


def test_as_many_are_cancelled_in_as_few_statements_and_what_ended_stays(clock: Clock) -> None:
    failed(2 * AT_ONCE, clock)
    Run.objects.retry(clock())
    failed(1, clock)

    with CaptureQueriesContext(connection) as asked:
        count = Run.objects.all().cancel("anna", clock())

    assert count == 2 * AT_ONCE
    assert len(asked) <= 1 + 8 * 2
    assert Run.objects.failed().get().error == "away"
    assert Run.objects.in_state("cancelled").count() == count


@pytest.mark.django_db(transaction=True)
def test_two_who_try_again_at_once_make_each_job_wait_once(clock: Clock) -> None:
    failed(6, clock)

    counts = in_threads(2, lambda _: Run.objects.failed().retry(clock(), PERSON))

    assert sum(counts) == waiting() == 6


@pytest.mark.django_db(transaction=True)
def test_a_retry_against_a_cancel_leaves_each_job_waiting_or_called_off(clock: Clock) -> None:
    failed(6, clock)

    def race(worker: str) -> int:
        if worker == "worker 0":
            return Run.objects.all().cancel("anna", clock())
        return Run.objects.failed().retry(clock())

    in_threads(2, race)

    for run in Run.objects.select_related("job"):
        assert (run.job.status, run.cancelled_at is None) in {("READY", True), ("FAILED", False)}


@pytest.mark.django_db(transaction=True)
def test_two_who_cancel_at_once_cancel_each_job_once(clock: Clock) -> None:
    for number in range(6):
        tasks.write_at_once.enqueue("file", number)

    counts = in_threads(2, lambda worker: Run.objects.cancel(worker, clock()))

    assert sum(counts) == 6
    assert {run.error for run in Run.objects.all()} <= {"Cancelled by worker 0.", "Cancelled by worker 1."}
