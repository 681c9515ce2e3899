from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from jobs.heartbeat import Heartbeat
from jobs.models import LEASE, Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.tests.running import eventually

OFTEN = timedelta(milliseconds=10)


def claim(clock: Clock) -> Run:
    tasks.write.enqueue("file")
    run = Run.objects.claim("a", clock())
    assert run is not None
    return run


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_job_runs_and_not_after(clock: Clock) -> None:
    run = claim(clock)
    with Heartbeat(run, clock, OFTEN):
        later = clock.move(timedelta(minutes=5))
        eventually(lambda: Run.objects.get().lease_until == later + LEASE)
    clock.move(timedelta(minutes=5))

    assert Run.objects.get().lease_until == later + LEASE


@pytest.mark.django_db
def test_a_quick_job_costs_no_write(clock: Clock) -> None:
    run = claim(clock)

    with CaptureQueriesContext(connection) as during, Heartbeat(run, clock, LEASE / 3):
        pass

    assert during.captured_queries == []


@pytest.mark.django_db(transaction=True)
def test_a_beat_that_cannot_be_written_is_followed_by_another(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = claim(clock)
    troubles = [OperationalError("database is locked")]
    beat = run.beat

    def fail_at_first(now: object) -> bool:
        if troubles:
            raise troubles.pop()
        return beat(now)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "beat", fail_at_first)
    with Heartbeat(run, clock, OFTEN):
        later = clock.move(timedelta(minutes=5))
        eventually(lambda: Run.objects.get().lease_until == later + LEASE)

    assert "could not be renewed" in caplog.text
