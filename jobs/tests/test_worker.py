from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django_tasks.signals import task_started
from django_tasks_db.models import DBTaskResult

from jobs import worker as worker_module
from jobs.duties import Duty
from jobs.models import Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.worker import Worker

# Real transactions: a worker looks after its own connection between jobs.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(clock: Clock) -> Worker:
    return Worker("a", clock=clock)


def statuses() -> list[str]:
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


def test_a_job_is_done_and_its_answer_kept(worker: Worker, notes: Path) -> None:
    result = tasks.write.enqueue(str(notes))

    assert worker.step()

    result.refresh()
    assert (result.status, result.return_value, result.worker_ids) == ("SUCCESSFUL", "written", ["a"])
    assert notes.read_text() == "done\n"


def test_there_may_be_nothing_to_do(worker: Worker) -> None:
    assert not worker.step()


def test_once_means_until_nothing_is_ready(worker: Worker, notes: Path) -> None:
    for task in (tasks.tidy, tasks.write, tasks.describe):
        task.enqueue(str(notes))

    worker.run(once=True)

    assert notes.read_text() == "done\ndescribed\ntidied\n"
    assert statuses() == ["SUCCESSFUL"] * 3


def test_a_flaky_job_succeeds_at_its_third_attempt_after_its_pauses(worker: Worker, notes: Path, clock: Clock) -> None:
    tasks.fail_twice.enqueue(str(notes))
    tried = []
    for _ in range(60):
        tried.append(worker.step())
        clock.move(timedelta(seconds=1))

    assert [second for second, done in enumerate(tried) if done] == [0, 10, 50]
    assert notes.read_text() == "done\n"
    assert statuses() == ["SUCCESSFUL"]


def test_a_job_that_raises_is_logged_and_the_next_one_done(
    worker: Worker, notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tasks.fail_twice.enqueue(str(notes))
    tasks.write.enqueue(str(notes))

    worker.run(once=True)

    assert "ConnectionError: attempt 1" in caplog.text
    assert statuses() == ["READY", "SUCCESSFUL"]


def test_an_answer_that_is_no_json_fails_the_job(worker: Worker, notes: Path) -> None:
    tasks.answer_with_no_json.enqueue(str(notes))

    worker.step()

    assert "JSON" in Run.objects.get().error


def test_a_task_that_no_longer_exists_fails_its_job_and_not_the_worker(worker: Worker, notes: Path) -> None:
    tasks.write.enqueue(str(notes))
    DBTaskResult.objects.update(task_path="jobs.tests.tasks.removed")
    tasks.describe.enqueue(str(notes))

    worker.run(once=True)

    assert statuses() == ["READY", "SUCCESSFUL"]
    assert "removed" in Run.objects.get(job__status="READY").error


def test_a_worker_asked_to_stop_finishes_its_job_and_takes_no_other(worker: Worker, notes: Path) -> None:
    tasks.write.enqueue(str(notes))
    tasks.write.enqueue(str(notes))

    def stop(**_: object) -> None:
        worker.stop()

    task_started.connect(stop)
    try:
        worker.run()
    finally:
        task_started.disconnect(stop)

    assert statuses() == ["SUCCESSFUL", "READY"]


def test_duties_come_round_and_a_broken_one_stops_nothing(clock: Clock) -> None:
    seen: list[datetime] = []
    start = clock()

    def fail(_: datetime) -> None:
        raise ZeroDivisionError

    def see(now: datetime) -> None:
        seen.append(now)

    worker = Worker("a", [Duty(timedelta(minutes=1), fail), Duty(timedelta(minutes=1), see)], clock)
    for _ in range(5):
        worker.step()
        clock.move(timedelta(seconds=30))

    assert seen == [start, start + timedelta(minutes=1), start + timedelta(minutes=2)]


def test_a_database_that_is_busy_is_waited_for(
    worker: Worker, notes: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_module, "TROUBLE_SECONDS", 0)
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 0)
    tasks.write.enqueue(str(notes))
    step, troubles = worker.step, [OperationalError("database is locked")]

    def busy_at_first() -> bool:
        if troubles:
            raise troubles.pop()
        worker.stop()
        return step()

    monkeypatch.setattr(worker, "step", busy_at_first)
    worker.run()

    assert "database is locked" in caplog.text
    assert notes.read_text() == "done\n"
