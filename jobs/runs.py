"""Many jobs at once: which is next, who holds which, what is lost, called off or old."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.dispatch import Signal
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from jobs.errors import JobCancelled, JobLost
from jobs.pause import EVERYTHING, Pause
from jobs.signals import jobs_cancelled, jobs_retried

if TYPE_CHECKING:
    from jobs.models import Run

PROMPT = timedelta(seconds=10)  # a worker that has nothing else to do begins a job much sooner
KEPT = {TaskResultStatus.SUCCESSFUL: timedelta(hours=1), TaskResultStatus.FAILED: timedelta(days=30)}
AT_ONCE = PRUNED_AT_ONCE = 500
RESPECTED = timedelta(days=1)
CANCELLED = f"{JobCancelled.__module__}.{JobCancelled.__qualname__}"
_UNTRIED = {"exception_class_path": "", "started_at": None}
UNFINISHED = [TaskResultStatus.READY, TaskResultStatus.RUNNING]

# In words, as people are told; `stopping` is a job at work that somebody has called off.
STATES = {
    "waiting": Q(job__status=TaskResultStatus.READY),
    "running": Q(job__status=TaskResultStatus.RUNNING, cancelled_at=None),
    "stopping": Q(job__status=TaskResultStatus.RUNNING, cancelled_at__isnull=False),
    "done": Q(job__status=TaskResultStatus.SUCCESSFUL),
    "failed": Q(job__status=TaskResultStatus.FAILED, cancelled_at=None),
    "cancelled": Q(job__status=TaskResultStatus.FAILED, cancelled_at__isnull=False),
}


class RunQuerySet(models.QuerySet["Run"]):
    def ready(self, now: datetime) -> Self:
        """Jobs that may start now, the most important first."""
        due = Q(job__run_after=get_date_max()) | Q(job__run_after__lte=now)
        return self.filter(due, job__status=TaskResultStatus.READY).order_by(
            "-job__priority", "job__run_after", "job__enqueued_at"
        )

    def unfinished(self, task: Task) -> Self:
        return self.filter(job__task_path=task.module_path, job__status__in=UNFINISHED)

    def without(self, task: Task, ids: Collection[int]) -> list[int]:
        """Return those of the ids for which no job of this task waits or runs."""
        subjects = [str(pk) for pk in ids]
        taken = set(self.unfinished(task).filter(subject__in=subjects).values_list("subject", flat=True))
        return [pk for pk in ids if str(pk) not in taken]

    def claim(self, worker: str, now: datetime, longest: bool = False) -> Run | None:
        """Take the most important ready job for this worker alone and count the attempt; None when nothing is ready.

        With `longest` it is the one that has waited longest. It looks before it locks, so that an idle worker never
        writes; and the attempt counts here, so that a job which kills its worker runs out of attempts too.
        """
        while (run := self._next(now, longest)) is not None:
            if run.take(worker, now):
                return self.select_related("job").get(pk=run.pk)
        return None

    def _next(self, now: datetime, longest: bool) -> Run | None:
        paused = Pause.objects.names()
        if EVERYTHING in paused:
            return None
        ready = self.ready(now).select_related("job")
        if paused:
            ready = ready.exclude(job__queue_name__in=paused).exclude(job__task_path__in=paused)
        if not longest:
            return ready.first()
        levels = ready.order_by().values_list("job__priority", flat=True).distinct()
        firsts = [run.pk for level in levels for run in ready.filter(job__priority=level)[:1]]
        return ready.filter(pk__in=firsts).order_by("job__enqueued_at").first()

    def hurry(self, task: Task, ids: Collection[int | str], priority: int) -> int:
        """Let what waits of this task for these ids be at least so important."""
        waiting = self.unfinished(task).filter(subject__in=[str(pk) for pk in ids]).values("pk")
        jobs = DBTaskResult.objects.filter(pk__in=waiting, status=TaskResultStatus.READY, priority__lt=priority)
        return jobs.update(priority=priority)

    def called_off(self, task: Task, now: datetime) -> bool:
        """Tell whether a person has cancelled the last job of this task, less than a day ago: duties respect that."""
        last = self.filter(job__task_path=task.module_path).order_by("-job__enqueued_at").first()
        return last is not None and last.cancelled_at is not None and last.cancelled_at > now - RESPECTED

    def cancel(self, by: str, now: datetime) -> int:
        """End those of these jobs that wait, and ask those at work to stop; return how many there were."""
        pks = list(self.filter(job__status__in=UNFINISHED).values_list("pk", flat=True))
        chunks = [pks[start : start + AT_ONCE] for start in range(0, len(pks), AT_ONCE)]
        return sum(self._cancel(chunk, by, now) for chunk in chunks)

    def _cancel(self, pks: Sequence[uuid.UUID], by: str, now: datetime) -> int:
        with transaction.atomic():
            jobs = DBTaskResult.objects.select_for_update().filter(pk__in=pks, status__in=UNFINISHED)
            status = dict(jobs.values_list("pk", "status"))
            found = self.filter(pk__in=status, cancelled_at=None).update(cancelled_at=now, cancelled_by=by)
            self.close_cancelled([pk for pk in status if status[pk] == TaskResultStatus.READY], now)
            self.tell_cancelled(list(status), now)
        return found

    def close_cancelled(self, pks: Sequence[uuid.UUID], now: datetime) -> None:
        """Close these jobs, which somebody has called off and nobody is at any more."""
        DBTaskResult.objects.filter(pk__in=pks).update(
            status=TaskResultStatus.FAILED, finished_at=now, exception_class_path=CANCELLED, traceback=""
        )
        words = Concat(Value("Cancelled by "), F("cancelled_by"), Value("."), output_field=models.TextField())
        everything: Any = self.model._default_manager  # these may have been chosen by the status that is no more
        everything.filter(pk__in=pks).update(error=words)

    def in_state(self, state: str) -> Self:
        """Jobs in one of STATES."""
        return self.filter(STATES[state])

    def failed(self) -> Self:
        """Jobs that came to nothing; what somebody has called off on purpose is none of them."""
        return self.in_state("failed")

    def retry(self, now: datetime, priority: int | None = None, most: int | None = None) -> int:
        """Let those of these jobs that failed or were cancelled wait again, with all their attempts; return how many.

        Where another job of the same kind is about the same already, that one does it. A priority is what they, and
        that one, have at least; of more than `most` the rest is left as it is.
        """
        chosen = self.filter(job__status=TaskResultStatus.FAILED).order_by("pk")
        pks = list(chosen.values_list("pk", flat=True)[:most])
        return sum(self._retry(pks[start : start + AT_ONCE], now, priority) for start in range(0, len(pks), AT_ONCE))

    def _retry(self, pks: Sequence[uuid.UUID], now: datetime, priority: int | None) -> int:
        everything: Any = self.model._default_manager
        with transaction.atomic():
            failed = everything.filter(pk__in=pks, job__status=TaskResultStatus.FAILED).select_for_update(of=["self"])
            same = everything.filter(subject=OuterRef("subject"), job__task_path=OuterRef("job__task_path"))
            idle = failed.filter(~Exists(same.filter(job__status__in=UNFINISHED))).order_by("pk")
            found = {(path, subject): pk for pk, path, subject in idle.values_list("pk", "job__task_path", "subject")}
            again = list(found.values())
            everything.filter(pk__in=again).update(attempts=0, error="", cancelled_at=None, cancelled_by=None)
            DBTaskResult.objects.filter(pk__in=again).update(
                status=TaskResultStatus.READY, run_after=get_date_max(), finished_at=None, traceback="", **_UNTRIED
            )
            self._tell(jobs_retried, found, now)
            if priority is not None:
                everything.filter(pk__in=pks).hurry_alike(priority)
        return len(again)

    def hurry_alike(self, priority: int) -> None:
        """Let what waits of the same kinds for the same subjects as these jobs be at least so important."""
        paths, subjects = self.values("job__task_path"), self.values("subject")
        everything: Any = self.model._default_manager
        alike = everything.filter(job__task_path__in=paths, subject__in=subjects).values("pk")
        ready = DBTaskResult.objects.filter(pk__in=alike, status=TaskResultStatus.READY, priority__lt=priority)
        ready.update(priority=priority)

    def forget_failures(self, task_path: str, subject: str) -> None:
        """Delete what failed or was cancelled of a kind about a subject: it has been done since."""
        ended = self.filter(subject=subject, job__task_path=task_path, job__status=TaskResultStatus.FAILED)
        if pks := list(ended.values_list("pk", flat=True)):
            DBTaskResult.objects.filter(pk__in=pks).delete()

    def tell_cancelled(self, pks: Sequence[uuid.UUID], now: datetime) -> None:
        everything: Any = self.model._default_manager
        self._tell(jobs_cancelled, everything.filter(pk__in=pks).values_list("job__task_path", "subject"), now)

    def _tell(self, signal: Signal, jobs: Iterable[tuple[str, str]], now: datetime) -> None:
        subjects: dict[str, list[str]] = {}
        for path, subject in jobs:
            subjects.setdefault(path, []).append(subject)
        for path, of_path in subjects.items():
            signal.send(self.model, task_path=path, subjects=of_path, now=now)

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
