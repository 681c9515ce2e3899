from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django_tasks.exceptions import InvalidTaskError

from jobs.models import Run
from jobs.tests import tasks

pytestmark = pytest.mark.django_db


def test_a_queued_job_has_its_run_with_what_the_task_says(notes: Path) -> None:
    tasks.hang.enqueue(str(notes))

    run = Run.objects.get()
    assert (run.job.status, run.job.queue_name, run.subject) == ("READY", "ingest", str(notes))
    assert (run.attempts, run.time_limit, run.pause) == (0, timedelta(seconds=0.5), timedelta(seconds=0.1))


def test_a_task_that_says_nothing_has_minutes(notes: Path) -> None:
    tasks.tidy.enqueue(str(notes))

    assert Run.objects.get().time_limit == timedelta(minutes=5)


def test_a_job_shares_the_fate_of_the_transaction_it_was_queued_in() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tasks.write.enqueue("somewhere")
        raise ZeroDivisionError

    assert not Run.objects.exists()


@pytest.mark.parametrize("wrong", [1.5, {"id": 1}, [1], None])
def test_a_job_takes_ids_only(wrong: object) -> None:
    with pytest.raises(InvalidTaskError, match="ids only"):
        tasks.write.enqueue(wrong)  # type: ignore[arg-type]

    assert not Run.objects.exists()


def test_a_job_takes_no_named_values() -> None:
    with pytest.raises(InvalidTaskError, match="ids only"):
        tasks.write.enqueue(path="somewhere")


def test_a_queue_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidTaskError, match="urgent"):
        tasks.write.using(queue_name="urgent")


@pytest.mark.django_db(transaction=True)
def test_a_job_queued_from_async_code_has_its_run_too(notes: Path) -> None:
    asyncio.run(tasks.write.aenqueue(str(notes)))

    assert Run.objects.get().subject == str(notes)
