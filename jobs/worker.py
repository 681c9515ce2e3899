"""One worker: claims a job, does it, records what came of it, and takes the next."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone
from django_tasks.base import TaskContext
from django_tasks.signals import task_started

from jobs.duties import Duty
from jobs.errors import JobCancelled
from jobs.heartbeat import Heartbeat
from jobs.models import LEASE, Run
from jobs.priorities import TURN_EVERY, rest_after
from jobs.processes import watchdog

POLL_SECONDS = 0.5
TROUBLE_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Worker:
    """Does one job at a time until it is asked to stop; knows nothing of processes and signals."""

    def __init__(
        self,
        name: str,
        duties: Sequence[Duty] = (),
        clock: Callable[[], datetime] = timezone.now,
        beat_every: timedelta = LEASE / 3,
    ) -> None:
        self.name = name
        self.clock = clock
        self._beat_every = beat_every
        self._duties = duties
        self._done_at: dict[Duty, datetime] = {}
        self._stopping = False
        self._longest_at: datetime | None = None

    def stop(self) -> None:
        """Finish the job at hand and start no other."""
        self._stopping = True

    def run(self, once: bool = False) -> None:
        """Work until asked to stop, or with `once` until nothing is ready."""
        while not self._stopping:
            close_old_connections()
            if self._worked():
                continue
            if once:
                return
            time.sleep(POLL_SECONDS)

    def _worked(self) -> bool:
        try:
            return self.step()
        except (DatabaseError, InterfaceError):  # busy or away for a moment: the next look tells
            logger.exception("worker %s", self.name)
            time.sleep(TROUBLE_SECONDS)
            return False

    def step(self) -> bool:
        """Do the duties that are due and one job; False when no job was ready."""
        now = self.clock()
        for duty in self._duties:
            if duty not in self._done_at or now - self._done_at[duty] >= duty.every:
                self._done_at[duty] = now
                self._attempt(duty.act.__name__, partial(duty.act, now))
        begun = self.clock()
        self._longest_at = self._longest_at or begun + TURN_EVERY
        longest = begun >= self._longest_at
        run = Run.objects.claim(self.name, begun, longest)
        if run is None:
            return False
        with watchdog(run.time_limit), Heartbeat(run, self.clock, self._beat_every):
            problem = self._attempt(f"job {run}", partial(self._do, run))
        if problem is not None:
            run.fail(problem, self.clock())
        if longest:
            self._longest_at = self.clock() + rest_after(self.clock() - begun)
        return True

    def _do(self, run: Run) -> None:
        result: Any = run.job.task_result
        task_started.send(type(result.task.get_backend()), task_result=result)
        context = [TaskContext(task_result=result)] if result.task.takes_context else []
        try:
            value = result.task.call(*context, *result.args)
        except JobCancelled as exc:
            run.fail(exc, self.clock())
            return
        run.succeed(value, self.clock())

    def _attempt(self, what: str, work: Callable[[], object]) -> Exception | None:
        try:
            work()
        except Exception as exc:  # the one place where anything is caught: no job may take the worker with it
            logger.exception("worker %s: %s", self.name, what)
            return exc
        return None
