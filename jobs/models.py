from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import models, transaction
from django.db.models import F, Q
from django_tasks.base import TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

from jobs.errors import JobCancelled, traceback_of
from jobs.pause import Pause
from jobs.runs import PROMPT, PRUNED_AT_ONCE, RunQuerySet

__all__ = ["LEASE", "MAX_ATTEMPTS", "PROMPT", "PRUNED_AT_ONCE", "Pause", "Run", "RunQuerySet"]

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
PAUSE_GROWTH = 4

logger = logging.getLogger(__name__)


class Run(models.Model):
    """What the row of django-tasks-db does not tell of a job: who holds it until when, its attempts and its progress.

    A claim is known by its moment, the job's `started_at`: who holds an older one changes nothing any more.
    """

    job = models.OneToOneField(DBTaskResult, models.CASCADE, primary_key=True, related_name="run")
    subject = models.CharField(max_length=64, blank=True, help_text="The id the job is about.")
    time_limit = models.DurationField()
    pause = models.DurationField()

    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=255, blank=True)
    lease_until = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Why the last attempt did not succeed.")

    cancelled_at = models.DateTimeField(null=True, help_text="When somebody called it off, or asked it to stop.")
    cancelled_by = models.CharField(max_length=150, null=True)  # noqa: DJ001 - a column that costs old rows nothing

    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=255, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "job_run"
        indexes = [
            models.Index(fields=["subject"], name="job_run_by_subject"),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="job_run_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.job.task_path} {self.subject}: {self.job.status}"

    @property
    def state(self) -> str:
        """Which of jobs.runs.STATES it is in."""
        called_off = self.cancelled_at is not None
        return {
            TaskResultStatus.READY: "waiting",
            TaskResultStatus.RUNNING: "stopping" if called_off else "running",
            TaskResultStatus.SUCCESSFUL: "done",
            TaskResultStatus.FAILED: "cancelled" if called_off else "failed",
        }[TaskResultStatus(self.job.status)]

    @property
    def loss(self) -> str:
        """Why a job whose lease has ended was lost; `error` is set when its worker was seen to die."""
        if not self.error or self.lease_until is None or self.deadline_at is None:
            return "Its worker was lost."
        if self.deadline_at <= self.lease_until:
            return f"It took longer than {self.time_limit.total_seconds():g} seconds."
        return self.error

    def take(self, worker: str, now: datetime) -> bool:
        """Claim this ready job; False when another worker, a cancel or a pause was faster."""
        with transaction.atomic():
            paused = Pause.objects.over_a_job()
            ready = DBTaskResult.objects.filter(~paused, pk=self.pk, status=TaskResultStatus.READY)
            if not ready.update(
                status=TaskResultStatus.RUNNING, started_at=now, worker_ids=[*self.job.worker_ids, worker]
            ):
                return False
            held = {"worker": worker, "lease_until": now + LEASE, "deadline_at": now + self.time_limit}
            Run.objects.filter(pk=self.pk).update(attempts=F("attempts") + 1, error="", **held)
        return True

    def beat(self, now: datetime) -> bool:
        """Renew the lease; False when the claim was lost."""
        mine = Run.objects.filter(pk=self.pk, job__status=TaskResultStatus.RUNNING, job__started_at=self.job.started_at)
        return bool(mine.update(lease_until=now + LEASE))

    def succeed(self, value: Any, now: datetime) -> bool:
        """Record the result, which JSON must be able to hold; False when the claim was lost, and nothing is written."""
        return self._close(
            {"status": TaskResultStatus.SUCCESSFUL, "finished_at": now, "return_value": value}, now, error=""
        )

    def fail(self, exc: Exception, now: datetime) -> bool:
        """Let the job wait for its next attempt, or fail it for good after the last; False when the claim was lost."""
        told = {
            "exception_class_path": f"{type(exc).__module__}.{type(exc).__qualname__}",
            "traceback": traceback_of(exc),
        }
        if self.attempts < MAX_ATTEMPTS and not isinstance(exc, JobCancelled):
            again = now + self.pause * PAUSE_GROWTH ** (self.attempts - 1)
            outcome = {"status": TaskResultStatus.READY, "run_after": again}
        else:
            outcome = {"status": TaskResultStatus.FAILED, "finished_at": now}
        return self._close(outcome | told, now, error=str(exc) or type(exc).__name__)

    def _close(self, outcome: dict[str, Any], now: datetime, error: str) -> bool:
        claimed = DBTaskResult.objects.filter(
            pk=self.pk, status=TaskResultStatus.RUNNING, started_at=self.job.started_at
        )
        with transaction.atomic():
            if not claimed.update(**outcome):
                return False
            mine = Run.objects.filter(pk=self.pk)
            mine.update(lease_until=None, deadline_at=None, error=error)
            asked_to_stop = mine.filter(cancelled_at__isnull=False).exists()
            if asked_to_stop and outcome["status"] == TaskResultStatus.SUCCESSFUL:
                mine.update(cancelled_at=None, cancelled_by=None)  # it was done before it heard of it
            elif asked_to_stop:
                mine.close_cancelled([self.pk], now)
                mine.tell_cancelled([self.pk], now)
            if outcome["status"] == TaskResultStatus.SUCCESSFUL:
                Run.objects.forget_failures(self.job.task_path, self.subject)
        if asked_to_stop or outcome["status"] != TaskResultStatus.READY:
            self._announce_end()
        return True

    def _announce_end(self) -> None:
        job = DBTaskResult.objects.get(pk=self.pk)
        try:
            result = job.task_result
        except (ImportError, SuspiciousOperation):  # the task was renamed or removed since it was queued
            logger.warning("job %s: there is no task %s", job.pk, job.task_path)
            return
        # Robust: what a receiver makes of it is its own affair, and logged.
        task_finished.send_robust(type(result.task.get_backend()), task_result=result)
