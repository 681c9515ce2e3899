"""The door of the queue: `TASKS` in the settings names JobBackend, `@task` and `.enqueue(id)` are django-tasks' own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import transaction
from django_tasks.base import Task
from django_tasks.exceptions import InvalidTaskError
from django_tasks_db.backend import DatabaseBackend

from jobs.models import Run

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[P, T]):
    """A task with what ours need beyond django-tasks; both are arguments of `@task`."""

    time_limit: timedelta = timedelta(minutes=5)
    """How long one attempt may take before its process is killed."""

    pause: timedelta = timedelta(seconds=5)
    """How long a job waits before its second attempt; before the third it waits four times as long."""

    title: str = ""
    """What it is called where people see it."""


class JobBackend(DatabaseBackend):
    """Keep each job's Run beside the row of django-tasks-db. `QUEUES` lists the queues, the most important first."""

    task_class: Any = JobTask
    # mypy reads django-tasks-db against the `django.tasks` of Django 6, hence Any where a task comes in.

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self._importance = {name: -rank for rank, name in enumerate(params["QUEUES"])}

    def importance(self, queue_name: str) -> int:
        return self._importance[queue_name]

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        """Queue a job, in the caller's transaction where there is one; its arguments are ids, never values.

        What a job needs to know it reads from the rows when it runs: a value would be old by then.
        """
        if kwargs or any(not isinstance(arg, int | str) for arg in args):
            raise InvalidTaskError(f"{task.name} takes ids only, not {args} {kwargs}.")
        ranked = task.using(priority=self.importance(task.queue_name) + task.priority)
        with transaction.atomic():
            result: Any = super().enqueue(ranked, args, kwargs)
            subject = str(args[0]) if args else ""
            Run.objects.create(job=result.db_result, subject=subject, time_limit=ranked.time_limit, pause=ranked.pause)
        return result

    async def aenqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self.enqueue, thread_sensitive=True)(task, args, kwargs)
