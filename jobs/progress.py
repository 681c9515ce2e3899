"""How far a job has come: told by the job, read by anyone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django_tasks.base import TaskContext

from jobs.errors import JobCancelled
from jobs.models import Run

TOLD_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    message: str


class Reporter:
    """Told by a job after every step; writes at most once a second, and at the end.

    That is where a job that was asked to stop does: telling then raises JobCancelled.
    """

    def __init__(self, context: TaskContext) -> None:
        self._attempt = Run.objects.filter(pk=uuid.UUID(context.task_result.id), attempts=context.attempt)
        self._told_at: datetime | None = None

    def tell(self, progress: Progress, now: datetime) -> None:
        just_told = self._told_at is not None and now - self._told_at < TOLD_EVERY
        if just_told and progress.done < progress.total:
            return
        self._told_at = now
        said = {"done": progress.done, "total": progress.total, "message": progress.message[:255]}
        if not self._attempt.filter(cancelled_at=None).update(**said) and self._attempt.exists():
            raise JobCancelled("Somebody has called it off.")


def progress_of(job_id: str | uuid.UUID) -> Progress:
    """Return what the job told last, all zero and empty before its first word; raises Run.DoesNotExist."""
    run = Run.objects.only("done", "total", "message").get(pk=uuid.UUID(str(job_id)))
    return Progress(run.done, run.total, run.message)
