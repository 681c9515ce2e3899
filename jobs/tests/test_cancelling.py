from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django_tasks.base import TaskContext

from jobs.errors import JobCancelled
from jobs.models import LEASE, Run
from jobs.progress import Progress, Reporter
from jobs.signals import jobs_cancelled
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.tests.test_models import claim, in_threads, now_of

pytestmark = pytest.mark.django_db


def end_of(run: Run) -> tuple[str, str, bool]:
    run = now_of(run)
    return str(run.job.status), run.error, run.cancelled_at is not None


def test_a_waiting_job_is_taken_out_at_once(clock: Clock) -> None:
    tasks.write.enqueue("file")

    assert Run.objects.cancel("anna", clock()) == 1
    assert end_of(Run.objects.get()) == ("FAILED", "Cancelled by anna.", True)
    assert Run.objects.claim("a", clock()) is None
    assert Run.objects.cancel("anna", clock()) == 0


def test_a_running_job_stops_where_it_tells_how_far_it_is(clock: Clock) -> None:
    tasks.write.enqueue("file")
    run = claim(clock)
    reporter = Reporter(TaskContext(task_result=run.job.task_result))  # type: ignore[arg-type]
    Run.objects.cancel("anna", clock())
    assert end_of(run) == ("RUNNING", "", True)

    with pytest.raises(JobCancelled) as stopped:
        reporter.tell(Progress(1, 2, ""), clock())
    run.fail(stopped.value, clock())

    assert end_of(run) == ("FAILED", "Cancelled by anna.", True)


def test_a_job_that_is_done_before_it_hears_of_it_is_done(clock: Clock) -> None:
    tasks.write.enqueue("file")
    run = claim(clock)
    Run.objects.cancel("anna", clock())

    run.succeed("written", clock())

    assert end_of(run) == ("SUCCESSFUL", "", False)


def test_a_job_asked_to_stop_that_fails_or_is_lost_is_not_tried_again(clock: Clock) -> None:
    tasks.write.enqueue("first")
    tasks.write.enqueue("second")
    failed, lost = claim(clock), claim(clock)
    Run.objects.cancel("anna", clock())

    failed.fail(ConnectionError("away"), clock())
    Run.objects.return_lost(clock.move(LEASE))

    assert end_of(failed) == end_of(lost) == ("FAILED", "Cancelled by anna.", True)
    assert Run.objects.claim("a", clock.move(timedelta(hours=1))) is None


def test_others_hear_which_jobs_were_called_off(clock: Clock) -> None:
    heard = []

    def hear(sender: object, task_path: str, subjects: list[str], **_: object) -> None:
        heard.append((sender, task_path, sorted(subjects)))

    tasks.write.enqueue("a")
    tasks.write.enqueue("b")
    jobs_cancelled.connect(hear)
    Run.objects.cancel("anna", clock())
    jobs_cancelled.disconnect(hear)

    assert heard == [(Run, tasks.write.module_path, ["a", "b"])]


def test_jobs_chosen_by_the_status_they_lose_are_told_of_too(clock: Clock) -> None:
    heard: list[list[str]] = []

    def hear(subjects: list[str], **_: Any) -> None:
        heard.append(subjects)

    tasks.write.enqueue("file")
    jobs_cancelled.connect(hear)
    Run.objects.filter(job__status="READY").cancel("anna", clock())
    jobs_cancelled.disconnect(hear)

    assert end_of(Run.objects.get()) == ("FAILED", "Cancelled by anna.", True)
    assert heard == [["file"]]


def test_duties_respect_a_cancel_for_a_day(clock: Clock) -> None:
    tasks.tidy.enqueue("file")
    before = Run.objects.called_off(tasks.tidy, clock())
    Run.objects.cancel("anna", clock())

    assert not before
    assert Run.objects.called_off(tasks.tidy, clock())
    assert not Run.objects.called_off(tasks.tidy, clock.move(timedelta(days=1, seconds=1)))


@pytest.mark.django_db(transaction=True)
def test_a_cancel_against_a_claim_ends_in_one_of_the_two(clock: Clock) -> None:
    for number in range(6):
        tasks.write_at_once.enqueue("file", number)

    def race(worker: str) -> object:
        if worker == "worker 0":
            return Run.objects.cancel("anna", clock())
        return [run.pk for run in iter(lambda: Run.objects.claim(worker, clock()), None)]

    results = in_threads(3, race)

    taken = {pk for found in results if isinstance(found, list) for pk in found}
    out = set(Run.objects.filter(job__status="FAILED", attempts=0).values_list("pk", flat=True))
    running = set(Run.objects.filter(job__status="RUNNING", attempts=1).values_list("pk", flat=True))
    assert running == taken
    assert not running & out
    assert len(running | out) == 6


@pytest.mark.django_db(transaction=True)
def test_a_cancel_against_the_end_ends_in_one_of_the_two(clock: Clock) -> None:
    for number in range(4):
        tasks.write_at_once.enqueue("file", number)
    runs = [claim(clock) for _ in range(4)]

    def race(worker: str) -> object:
        if worker == "worker 0":
            return Run.objects.cancel("anna", clock())
        return [run.fail(ConnectionError("away"), clock()) for run in runs]

    in_threads(2, race)

    states = {(now_of(run).job.status, now_of(run).cancelled_at is None) for run in runs}
    assert states <= {("FAILED", False)}  # tried again or at work when the cancel came: out in any case
    assert Run.objects.claim("a", clock.move(timedelta(hours=1))) is None
