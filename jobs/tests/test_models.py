from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

from jobs.errors import JobLost
from jobs.models import LEASE, MAX_ATTEMPTS, PROMPT, PRUNED_AT_ONCE, Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def claimed(clock: Clock) -> Run:
    """A job that worker `a` holds."""
    tasks.write.enqueue("file")
    return claim(clock)


def claim(clock: Clock, worker: str = "a") -> Run:
    run = Run.objects.claim(worker, clock())
    assert run is not None
    return run


def now_of(run: Run) -> Run:
    return Run.objects.select_related("job").get(pk=run.pk)


def test_a_claim_names_the_worker_and_counts_the_attempt(claimed: Run, clock: Clock) -> None:
    assert (claimed.job.status, claimed.worker, claimed.attempts) == ("RUNNING", "a", 1)
    assert (claimed.job.worker_ids, claimed.job.started_at) == (["a"], clock())
    assert (claimed.lease_until, claimed.deadline_at) == (clock() + LEASE, clock() + claimed.time_limit)


@pytest.mark.usefixtures("claimed")
def test_what_is_claimed_is_not_claimed_again(clock: Clock) -> None:
    assert Run.objects.claim("b", clock()) is None


def test_queues_are_served_in_their_order_and_the_oldest_job_first(clock: Clock) -> None:
    for task in (tasks.tidy, tasks.describe, tasks.write):
        task.enqueue("first")
        task.enqueue("second")

    order = [(run.job.queue_name, run.subject) for run in (claim(clock) for _ in range(6))]

    assert order == [
        ("ingest", "first"),
        ("ingest", "second"),
        ("caption", "first"),
        ("caption", "second"),
        ("maintenance", "first"),
        ("maintenance", "second"),
    ]


def test_a_job_for_later_waits_for_its_time(clock: Clock) -> None:
    tasks.write.using(run_after=clock() + SECOND).enqueue("file")

    assert Run.objects.claim("a", clock()) is None
    assert Run.objects.claim("a", clock.move(SECOND)) is not None


def test_looking_for_work_in_vain_writes_nothing_and_takes_no_lock(clock: Clock) -> None:
    with CaptureQueriesContext(connection) as looked:
        Run.objects.claim("a", clock())
        Run.objects.return_lost(clock())
        Run.objects.prune(clock())

    assert [entry["sql"].split()[0] for entry in looked.captured_queries] == ["SELECT"] * 4


def test_a_result_is_kept(claimed: Run, clock: Clock) -> None:
    assert claimed.succeed({"found": 3}, clock.move(SECOND))

    run = now_of(claimed)
    assert (run.job.status, run.job.return_value, run.job.finished_at) == ("SUCCESSFUL", {"found": 3}, clock())
    assert (run.lease_until, run.error) == (None, "")


def test_a_job_that_fails_waits_longer_each_time_and_fails_for_good_after_the_third(clock: Clock) -> None:
    tasks.fail_twice.enqueue("file")
    waits = []
    for attempt in range(1, MAX_ATTEMPTS):
        claim(clock).fail(ConnectionError(f"no {attempt}"), clock())
        waits.append(now_of(Run.objects.get()).job.run_after - clock())
        assert Run.objects.claim("a", clock.move(waits[-1] - SECOND)) is None
        clock.move(SECOND)

    run = claim(clock)
    run.fail(ConnectionError("no 3"), clock())

    run = now_of(run)
    assert waits == [timedelta(seconds=10), timedelta(seconds=40)]
    assert (run.job.status, run.error, run.attempts) == ("FAILED", "no 3", 3)
    assert run.job.exception_class_path == "builtins.ConnectionError"
    assert "ConnectionError: no 3" in run.job.traceback
    assert Run.objects.claim("a", clock.move(timedelta(days=1))) is None


def test_the_lease_ends_a_minute_after_the_last_beat(claimed: Run, clock: Clock) -> None:
    assert claimed.beat(clock.move(LEASE - SECOND))

    assert Run.objects.return_lost(clock.move(LEASE - SECOND)) == 0
    assert Run.objects.return_lost(clock.move(SECOND)) == 1
    assert now_of(claimed).job.status == "READY"
    assert now_of(claimed).error == "Its worker was lost."


def test_who_lost_the_claim_changes_nothing_any_more(claimed: Run, clock: Clock) -> None:
    Run.objects.return_lost(clock.move(LEASE))
    clock.move(claimed.pause)
    later = claim(clock, "b")

    assert not claimed.beat(clock())
    assert not claimed.succeed("late", clock())
    assert not claimed.fail(ZeroDivisionError(), clock())
    assert now_of(later).job.status == "RUNNING"
    assert later.succeed("mine", clock())
    assert now_of(later).job.return_value == "mine"


def test_a_worker_seen_to_die_frees_its_job_at_once_and_says_how(claimed: Run, clock: Clock) -> None:
    tasks.write.enqueue("other")
    other = claim(clock, "b")

    assert Run.objects.expire("a", clock.move(SECOND), "Its process was ended by SIGKILL.") == 1
    assert Run.objects.return_lost(clock()) == 1

    assert now_of(claimed).error == "Its process was ended by SIGKILL."
    assert now_of(other).job.status == "RUNNING"


def test_a_job_that_was_ended_at_its_time_limit_says_so(clock: Clock) -> None:
    tasks.hang.enqueue("file")
    run = claim(clock)

    Run.objects.expire("a", clock.move(run.time_limit), "Its process ended with code 1.")
    Run.objects.return_lost(clock())

    assert now_of(run).error == "It took longer than 0.5 seconds."


def test_a_job_lost_three_times_fails_with_the_reason(clock: Clock) -> None:
    tasks.write.enqueue("file")
    for _ in range(MAX_ATTEMPTS):
        run = claim(clock)
        Run.objects.return_lost(clock.move(LEASE))
        clock.move(timedelta(minutes=1))

    job = now_of(run).job
    assert (job.status, job.exception_class_path) == ("FAILED", f"{JobLost.__module__}.JobLost")
    assert now_of(run).error == "Its worker was lost."


def test_the_end_of_a_job_is_announced_once_and_a_retry_is_not(claimed: Run, clock: Clock) -> None:
    heard: list[tuple[str, list[Any]]] = []

    def hear(task_result: Any, **_: Any) -> None:
        heard.append((task_result.status, task_result.args))

    task_finished.connect(hear)
    try:
        claimed.fail(ZeroDivisionError(), clock())
        assert heard == []
        clock.move(SECOND)
        claim(clock).succeed(None, clock())
    finally:
        task_finished.disconnect(hear)

    assert heard == [("SUCCESSFUL", ["file"])]


def test_a_task_that_no_longer_exists_can_fail_too(claimed: Run, clock: Clock) -> None:
    DBTaskResult.objects.update(task_path="jobs.tests.tasks.removed")
    Run.objects.update(attempts=MAX_ATTEMPTS)

    assert now_of(claimed).fail(ImportError("removed"), clock())

    assert now_of(claimed).job.status == "FAILED"


def test_results_are_pruned_a_failure_later_than_a_success(clock: Clock) -> None:
    for subject in ("good", "bad", "waiting"):
        tasks.write.enqueue(subject)
    good, bad = claim(clock), claim(clock)
    good.succeed(None, clock())
    Run.objects.filter(pk=bad.pk).update(attempts=MAX_ATTEMPTS)
    now_of(bad).fail(ZeroDivisionError(), clock())

    assert Run.objects.prune(clock()) == 0
    assert Run.objects.prune(clock.move(timedelta(days=1))) == 1
    assert set(Run.objects.values_list("subject", flat=True)) == {"bad", "waiting"}
    assert Run.objects.prune(clock.move(timedelta(days=30))) == 1
    assert [job.run.subject for job in DBTaskResult.objects.all()] == ["waiting"]


def test_pruning_goes_on_until_nothing_old_is_left(clock: Clock) -> None:
    for _ in range(PRUNED_AT_ONCE + 1):
        tasks.write.enqueue("file")
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=clock())

    assert Run.objects.prune(clock.move(timedelta(days=1))) == PRUNED_AT_ONCE + 1


def test_ids_without_a_job_are_told_from_those_with_one(clock: Clock) -> None:
    tasks.write_at_once.enqueue("1", 0)
    claim(clock).succeed(None, clock())
    tasks.write_at_once.enqueue("2", 0)
    claim(clock)
    tasks.write_at_once.enqueue("3", 0)
    tasks.write.enqueue("4")

    assert Run.objects.without(tasks.write_at_once, [1, 2, 3, 4]) == [1, 4]


def test_a_run_says_how_it_is(claimed: Run) -> None:
    assert str(claimed) == "jobs.tests.tasks.write file: RUNNING"


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_each_job(notes: Path, clock: Clock) -> None:
    for number in range(12):
        tasks.write_at_once.enqueue(str(notes), number)

    claims = in_threads(4, lambda worker: [run for run in iter(lambda: Run.objects.claim(worker, clock()), None)])

    pks = [run.pk for found in claims for run in found]
    assert len(pks) == len(set(pks)) == 12
    assert set(Run.objects.values_list("attempts", flat=True)) == {1}


def in_threads(count: int, work: Callable[[str], Any]) -> list[Any]:
    """Let several threads start the work at the same moment; return what each returned."""
    start = threading.Barrier(count)
    results: list[Any] = []

    def run(name: str) -> None:
        start.wait()
        try:
            results.append(work(name))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(f"worker {number}",)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count
    return results


def test_a_job_that_is_due_for_a_while_with_nobody_at_any_tells_of_no_worker(clock: Clock) -> None:
    nothing_to_do = Run.objects.unattended(clock())
    tasks.write.enqueue("file")
    DBTaskResult.objects.update(enqueued_at=clock())

    assert (nothing_to_do, Run.objects.unattended(clock() + PROMPT)) == (False, False)
    assert Run.objects.unattended(clock() + PROMPT + SECOND)


def test_a_worker_busy_with_another_job_is_a_worker(claimed: Run, clock: Clock) -> None:
    tasks.write.enqueue("another file")
    DBTaskResult.objects.update(enqueued_at=clock())

    assert claimed.lease_until
    assert not Run.objects.unattended(claimed.lease_until - SECOND)
    assert Run.objects.unattended(claimed.lease_until + SECOND)


def test_a_job_that_waits_for_its_next_attempt_needs_no_worker_yet(claimed: Run, clock: Clock) -> None:
    claimed.fail(ConnectionError("away"), clock())
    due = DBTaskResult.objects.get().run_after

    assert not Run.objects.unattended(due + PROMPT)
    assert Run.objects.unattended(due + PROMPT + SECOND)
