from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from jobs import duties
from jobs.duties import DUTIES, Duty, duty
from jobs.models import LEASE, Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock
from jobs.worker import Worker


def test_a_duty_is_a_function_with_its_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "DUTIES", [])

    @duty(every=timedelta(hours=1))
    def look(_: object) -> None:
        """Do nothing."""

    [registered] = duties.DUTIES
    assert registered == Duty(timedelta(hours=1), look)


@pytest.mark.django_db
def test_a_worker_gives_lost_jobs_back_and_throws_old_results_away(clock: Clock) -> None:
    lost, old = tasks.write.enqueue("lost"), tasks.describe.enqueue("old")
    Run.objects.claim("dead", clock())
    DBTaskResult.objects.filter(pk=old.id).update(status="SUCCESSFUL", finished_at=clock())
    clock.move(timedelta(days=1) + LEASE)

    Worker("a", [task for task in DUTIES if task.act.__module__ == "jobs.duties"], clock).step()

    lost.refresh()
    assert lost.status == "READY"
    assert [run.subject for run in Run.objects.all()] == ["lost"]
