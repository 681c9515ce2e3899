from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from traceback import format_exception
from typing import Any, Self

from django.core.exceptions import SuspiciousOperation
from django.db import models, transaction
from django.db.models import F, Q
from django_tasks.base import Task, TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult, get_date_max

from jobs.errors import JobLost

LEASE = timedelta(seconds=60)
PROMPT = timedelta(seconds=10)  # a worker that has nothing else to do begins a job much sooner
MAX_ATTEMPTS = 3
PAUSE_GROWTH = 4
KEPT = {TaskResultStatus.SUCCESSFUL: timedelta(hours=1), TaskResultStatus.FAILED: timedelta(days=30)}
PRUNED_AT_ONCE = 500

logger = logging.getLogger(__name__)


class RunQuerySet(models.QuerySet["Run"]):
    def ready(self, now: datetime) -> Self:
        """Jobs that may start now, the most important first."""
        due = Q(job__run_after=get_date_max()) | Q(job__run_after__lte=now)
        return self.filter(due, job__status=TaskResultStatus.READY).order_by(
            "-job__priority", "job__run_after", "job__enqueued_at"
        )

    def unfinished(self, task: Task) -> Self:
        waiting_or_running = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
        return self.filter(job__task_path=task.module_path, job__status__in=waiting_or_running)

    def without(self, task: Task, ids: Collection[int]) -> list[int]:
        """Return those of the ids for which no job of this task waits or runs."""
        subjects = [str(pk) for pk in ids]
        taken = set(self.unfinished(task).filter(subject__in=subjects).values_list("subject", flat=True))
        return [pk for pk in ids if str(pk) not in taken]

    def claim(self, worker: str, now: datetime) -> Run | None:
        """Take the most important ready job for this worker alone and count the attempt; None when nothing is ready.

        It looks before it locks, so that an idle worker never writes; and the attempt counts here, so that a job which
        kills its worker runs out of attempts too.
        """
        while (run := self.ready(now).select_related("job").first()) is not None:
            if run.take(worker, now):
                return self.select_related("job").get(pk=run.pk)
        return None

    def unattended(self, now: datetime) -> bool:
        """Tell whether a job has been due for a while and nobody is at any: there seems to be no worker."""
        overdue = Q(job__run_after=get_date_max(), job__enqueued_at__lt=now - PROMPT)
        overdue |= Q(job__run_after__lt=now - PROMPT)
        waiting = self.filter(overdue, job__status=TaskResultStatus.READY)
        return waiting.exists() and not self.filter(lease_until__gt=now).exists()

    def expire(self, worker: str, now: datetime, how: str) -> int:
        """End the lease of a worker known to be dead, and say how it died; return how many jobs it held."""
        held = self.filter(worker=worker, lease_until__isnull=False, job__status=TaskResultStatus.RUNNING)
        return held.update(lease_until=now, error=how)

    def return_lost(self, now: datetime) -> int:
        """Give back, or fail for good, every job whose lease has ended."""
        lost = self.filter(lease_until__lte=now, job__status=TaskResultStatus.RUNNING).select_related("job")
        return sum(run.fail(JobLost(run.loss), now) for run in lost)

    def prune(self, now: datetime) -> int:
        """Delete what ended long ago, little by little so that nobody waits for the lock."""
        old = Q()
        for status, age in KEPT.items():
            old |= Q(job__status=status, job__finished_at__lt=now - age)
        pruned = 0
        while ids := list(self.filter(old).values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
            DBTaskResult.objects.filter(pk__in=ids).delete()
            pruned += len(ids)
        return pruned


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
    def loss(self) -> str:
        """Why a job whose lease has ended was lost; `error` is set when its worker was seen to die."""
        if not self.error or self.lease_until is None or self.deadline_at is None:
            return "Its worker was lost."
        if self.deadline_at <= self.lease_until:
            return f"It took longer than {self.time_limit.total_seconds():g} seconds."
        return self.error

    def take(self, worker: str, now: datetime) -> bool:
        """Claim this ready job; False when another worker was faster."""
        with transaction.atomic():
            ready = DBTaskResult.objects.filter(pk=self.pk, status=TaskResultStatus.READY)
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
        return self._close({"status": TaskResultStatus.SUCCESSFUL, "finished_at": now, "return_value": value}, error="")

    def fail(self, exc: Exception, now: datetime) -> bool:
        """Let the job wait for its next attempt, or fail it for good after the last; False when the claim was lost."""
        told = {
            "exception_class_path": f"{type(exc).__module__}.{type(exc).__qualname__}",
            "traceback": "".join(format_exception(exc)),
        }
        if self.attempts < MAX_ATTEMPTS:
            again = now + self.pause * PAUSE_GROWTH ** (self.attempts - 1)
            outcome = {"status": TaskResultStatus.READY, "run_after": again}
        else:
            outcome = {"status": TaskResultStatus.FAILED, "finished_at": now}
        return self._close(outcome | told, error=str(exc) or type(exc).__name__)

    def _close(self, outcome: dict[str, Any], error: str) -> bool:
        claimed = DBTaskResult.objects.filter(
            pk=self.pk, status=TaskResultStatus.RUNNING, started_at=self.job.started_at
        )
        with transaction.atomic():
            if not claimed.update(**outcome):
                return False
            Run.objects.filter(pk=self.pk).update(lease_until=None, deadline_at=None, error=error)
        if outcome["status"] != TaskResultStatus.READY:
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
