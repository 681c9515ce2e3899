"""The door of the queue: `TASKS` in the settings names JobBackend, `@task` and `.enqueue(id)` are django-tasks' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks.base import Task
from django_tasks.exceptions import InvalidTaskError
from django_tasks.signals import task_enqueued
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max

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
        ranked = self._ranked(task)
        with transaction.atomic():
            result: Any = super().enqueue(ranked, args, kwargs)
            self._run_of(ranked, result.db_result, str(args[0]) if args else "").save(force_insert=True)
        return result

    def enqueue_all(self, task: Any, ids: Sequence[int]) -> None:
        """Queue a job about each of the ids, in a few statements however many they are."""
        ranked = self._ranked(task)
        self.validate_task(ranked)
        jobs = [self._row_of(ranked, pk) for pk in ids]
        with transaction.atomic():
            DBTaskResult.objects.bulk_create(jobs)
            Run.objects.bulk_create(self._run_of(ranked, job, str(pk)) for job, pk in zip(jobs, ids, strict=True))
            for job in jobs:
                task_enqueued.send(type(self), task_result=job.task_result)

    def _ranked(self, task: Any) -> Any:
        return task.using(priority=self.importance(task.queue_name) + task.priority)

    def _row_of(self, task: Any, pk: int) -> DBTaskResult:
        said = {"priority": task.priority, "task_path": task.module_path, "queue_name": task.queue_name}
        said |= {"run_after": task.run_after or get_date_max(), "backend_name": self.alias}
        return DBTaskResult(id=self._get_id(), args_kwargs={"args": [pk], "kwargs": {}}, **said)

    def _run_of(self, task: Any, job: DBTaskResult, subject: str) -> Run:
        return Run(job=job, subject=subject, time_limit=task.time_limit, pause=task.pause)

    async def aenqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self.enqueue, thread_sensitive=True)(task, args, kwargs)


@cache
def title_of(task_path: str) -> str:
    """Return what jobs of this task are called where people see them; by its name where the task is no more."""
    try:
        title: str = import_string(task_path).title
    except (ImportError, AttributeError):
        title = ""
    return title or task_path.rpartition(".")[2].replace("_", " ").capitalize()
