from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jobs.models import Pause, Run
from jobs.pause import EVERYTHING
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.tests.test_models import in_threads
from jobs.worker import Worker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", [EVERYTHING, "ingest", tasks.write.module_path])
def test_what_is_paused_is_not_begun_until_it_goes_on(clock: Clock, what: str) -> None:
    tasks.write.enqueue("file")
    Pause.objects.begin(what, "anna", clock())
    held = Run.objects.claim("a", clock())

    assert Pause.objects.end(what)
    assert held is None
    assert Run.objects.claim("a", clock()) is not None
    assert not Pause.objects.end(what)


def test_a_pause_of_one_queue_holds_no_other(clock: Clock) -> None:
    tasks.write.enqueue("file")
    tasks.tidy.enqueue("file")
    Pause.objects.begin("ingest", "anna", clock())

    run = Run.objects.claim("a", clock())

    assert run is not None
    assert run.job.queue_name == "maintenance"
    assert Run.objects.claim("a", clock()) is None


def test_the_first_who_pauses_is_named(clock: Clock) -> None:
    Pause.objects.begin(EVERYTHING, "anna", clock())

    pause = Pause.objects.begin(EVERYTHING, "berta", clock.move(timedelta(hours=1)))

    assert (pause.by, str(pause)) == ("anna", "everything, paused by anna")
    assert Pause.objects.count() == 1


def test_work_in_progress_ends_as_it_would(clock: Clock) -> None:
    tasks.write.enqueue("file")
    run = Run.objects.claim("a", clock())
    Pause.objects.begin(EVERYTHING, "anna", clock())

    assert run is not None
    assert run.succeed("written", clock())


def test_a_job_seen_before_the_pause_is_not_taken_after_it(clock: Clock) -> None:
    tasks.write.enqueue("file")
    seen = Run.objects.ready(clock()).select_related("job").get()
    Pause.objects.begin(EVERYTHING, "anna", clock())

    assert not seen.take("a", clock())
    assert Run.objects.get().attempts == 0


@pytest.mark.django_db(transaction=True)
def test_a_pause_against_claims_leaves_each_job_taken_or_waiting(clock: Clock) -> None:
    for number in range(6):
        tasks.write_at_once.enqueue("file", number)

    def race(worker: str) -> object:
        if worker == "worker 0":
            return Pause.objects.begin(EVERYTHING, "anna", clock()).pk
        return [run.pk for run in iter(lambda: Run.objects.claim(worker, clock()), None)]

    taken = {pk for found in in_threads(3, race) if isinstance(found, list) for pk in found}

    running = set(Run.objects.filter(job__status="RUNNING", attempts=1).values_list("pk", flat=True))
    waiting = set(Run.objects.filter(job__status="READY", attempts=0).values_list("pk", flat=True))
    assert running == taken
    assert len(running | waiting) == 6
    assert Run.objects.claim("late", clock()) is None


def test_what_a_person_waits_for_goes_before_the_bulk_of_its_queue(clock: Clock) -> None:
    tasks.write.enqueue("bulk")
    tasks.write.using(priority=10).enqueue("upload")
    tasks.tidy.using(priority=10).enqueue("click")

    order = [run.subject for run in iter(lambda: Run.objects.claim("a", clock()), None)]

    assert order == ["upload", "click", "bulk"]


def test_a_job_that_waits_already_can_be_hurried(clock: Clock) -> None:
    tasks.write_at_once.enqueue("1", 0)
    tasks.write_at_once.enqueue("2", 0)

    assert Run.objects.hurry(tasks.write_at_once, ["2"], 10) == 1
    assert Run.objects.hurry(tasks.write_at_once, ["2"], 10) == 0
    run = Run.objects.claim("a", clock())
    assert run is not None
    assert run.subject == "2"


def test_a_tenth_of_the_time_belongs_to_what_waits_longest(clock: Clock, notes: Path) -> None:
    tasks.tidy.enqueue(str(notes))
    for number in range(4):
        tasks.write_at_once.using(priority=10).enqueue(str(notes), number)
    worker = Worker("a", clock=clock)
    tidied = []
    for _ in range(3):
        worker.step()
        clock.move(timedelta(seconds=6))
        tidied.append(Run.objects.filter(job__queue_name="maintenance", job__status="READY").count() == 0)

    assert tidied == [False, False, True]
