"""Promises that only real processes can keep: killed, hung, and asked to stop in the middle of a job."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs.models import Run
from jobs.tests import tasks
from jobs.tests.running import RunningWorker, eventually, family_of, is_gone, status_of


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines()


def let_go(notes: Path) -> None:
    Path(f"{notes}.go").touch()


def run_of(result: object) -> Run:
    return Run.objects.get(pk=result.id)  # type: ignore[attr-defined]


def test_a_job_whose_worker_is_killed_runs_again_within_the_lease_and_has_one_result(
    running_worker: RunningWorker, notes: Path
) -> None:
    job = tasks.wait_for_go.enqueue(str(notes))
    running_worker.start()
    eventually(lambda: lines(notes))
    lease_until = run_of(job).lease_until

    os.kill(int(lines(notes)[0]), signal.SIGKILL)
    eventually(lambda: len(lines(notes)) == 2)
    let_go(notes)
    eventually(lambda: status_of(job) == "SUCCESSFUL")

    first, second, done = lines(notes)
    assert (first != second, done) == (True, "done")
    assert run_of(job).attempts == 2
    job.refresh()
    assert lease_until is not None and job.finished_at is not None
    assert job.finished_at < lease_until


def test_jobs_of_two_workers_killed_at_once_both_run_again(running_worker: RunningWorker, tmp_path: Path) -> None:
    files = [tmp_path / "first", tmp_path / "second"]
    jobs = [tasks.wait_for_go.enqueue(str(file)) for file in files]
    running_worker.start("--processes", "2")
    eventually(lambda: all(file.exists() and lines(file) for file in files))

    for file in files:
        os.kill(int(lines(file)[0]), signal.SIGKILL)
        let_go(file)
    eventually(lambda: all(status_of(job) == "SUCCESSFUL" for job in jobs))

    assert [lines(file)[2:] for file in files] == [["done"], ["done"]]
    assert [run_of(job).attempts for job in jobs] == [2, 2]


def test_jobs_that_kill_their_worker_or_hang_fail_after_three_attempts_and_the_queue_goes_on(
    running_worker: RunningWorker, tmp_path: Path
) -> None:
    poison = tasks.kill_worker.enqueue(str(tmp_path / "poison"))
    hung = tasks.hang.enqueue(str(tmp_path / "hung"))
    other = tasks.tidy.enqueue(str(tmp_path / "other"))
    running_worker.start()

    eventually(lambda: {status_of(job) for job in (poison, hung)} == {"FAILED"} and status_of(other) == "SUCCESSFUL")

    assert lines(tmp_path / "poison") == lines(tmp_path / "hung") == ["tried"] * 3
    assert run_of(poison).error == "Its process was ended by SIGKILL."
    assert run_of(hung).error == "It took longer than 0.5 seconds."
    poison.refresh()
    assert poison.errors[0].exception_class.__name__ == "JobLost"


def test_a_request_to_stop_finishes_the_job_at_hand_and_starts_no_other(
    running_worker: RunningWorker, notes: Path
) -> None:
    job = tasks.wait_for_go.enqueue(str(notes))
    waiting = tasks.write.enqueue(str(notes))
    process = running_worker.start()
    eventually(lambda: lines(notes))

    process.send_signal(signal.SIGTERM)
    let_go(notes)

    assert process.wait(timeout=30) == 0
    assert (status_of(job), status_of(waiting)) == ("SUCCESSFUL", "READY")


def test_a_second_request_kills_and_the_job_is_free_at_once(running_worker: RunningWorker, notes: Path) -> None:
    job = tasks.wait_for_go.enqueue(str(notes))
    process = running_worker.start()
    worker = int(eventually(lambda: lines(notes))[0])

    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)

    process.wait(timeout=30)
    assert is_gone(worker)
    assert Run.objects.return_lost(timezone.now()) == 1
    assert (status_of(job), run_of(job).error) == ("READY", "Its process was ended by SIGKILL.")


def test_workers_whose_parent_is_killed_finish_their_job_and_go(running_worker: RunningWorker, notes: Path) -> None:
    job = tasks.wait_for_go.enqueue(str(notes))
    process = running_worker.start()
    eventually(lambda: lines(notes))
    family = family_of(process.pid)

    process.kill()
    process.wait()
    let_go(notes)

    eventually(lambda: all(map(is_gone, family)))
    assert len(family) == 2
    assert status_of(job) == "SUCCESSFUL"


def test_once_does_what_is_queued_with_several_workers_and_ends(running_worker: RunningWorker, notes: Path) -> None:
    for number in range(40):
        tasks.write_at_once.enqueue(str(notes), number)

    process = running_worker.start("--once", "--processes", "2")

    assert process.wait(timeout=30) == 0
    assert sorted(map(int, lines(notes))) == list(range(40))
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
