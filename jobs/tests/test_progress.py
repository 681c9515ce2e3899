from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django_tasks.base import TaskContext

from jobs.models import LEASE, Run
from jobs.progress import Progress, Reporter, progress_of
from jobs.tests import tasks
from jobs.tests.conftest import Clock

pytestmark = pytest.mark.django_db


def context_of_attempt(clock: Clock) -> TaskContext:
    run = Run.objects.claim("a", clock())
    assert run is not None
    return TaskContext(task_result=run.job.task_result)  # type: ignore[arg-type]


def test_a_job_tells_how_far_it_is_and_others_read_it(clock: Clock) -> None:
    job = tasks.write.enqueue("file")
    assert progress_of(job.id) == Progress(0, 0, "")

    Reporter(context_of_attempt(clock)).tell(Progress(3, 10, "Embedding"), clock())

    assert progress_of(job.id) == Progress(3, 10, "Embedding")


def test_it_is_written_once_a_second_and_at_the_end(clock: Clock) -> None:
    job = tasks.write.enqueue("file")
    reporter = Reporter(context_of_attempt(clock))
    seen = []
    for done in range(1, 7):
        reporter.tell(Progress(done, 6, ""), clock())
        seen.append(progress_of(job.id).done)
        clock.move(timedelta(milliseconds=400))

    assert seen == [1, 1, 1, 4, 4, 6]


def test_an_attempt_that_lost_its_job_tells_nothing_any_more(clock: Clock) -> None:
    job = tasks.write.enqueue("file")
    late = Reporter(context_of_attempt(clock))
    Run.objects.return_lost(clock.move(LEASE))
    Reporter(context_of_attempt_after_pause(clock)).tell(Progress(1, 10, "mine"), clock())

    late.tell(Progress(9, 10, "late"), clock())

    assert progress_of(job.id) == Progress(1, 10, "mine")


def context_of_attempt_after_pause(clock: Clock) -> TaskContext:
    clock.move(timedelta(seconds=1))
    return context_of_attempt(clock)


def test_there_is_no_progress_of_a_job_that_is_not_there() -> None:
    with pytest.raises(Run.DoesNotExist):
        progress_of(uuid.uuid4())
