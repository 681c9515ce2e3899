"""Rows of jobs and stages put into the database of a running site, which has no worker."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FOREVER = "9999-01-01 00:00:00"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "photos/pipeline.py", line 1, in analyse\nValueError: <b>torn</b>\n'
)
PHOTOS = "photos.tasks.analysis.analyse_photo"


class FilledJobs:
    """Writes what a worker would have written."""

    def __init__(self, home: Path) -> None:
        self._database = home / "data" / "photos.db"
        self._now = datetime.now(UTC).replace(tzinfo=None)

    def add(self, status: str, task_path: str = PHOTOS, subject: object = "", **more: Any) -> str:
        """Insert a job; `ago` and `took` are when it ended, or began, and how long it was at work, in seconds."""
        pk = uuid.uuid4().hex
        ended = self._now - timedelta(seconds=more.get("ago", 0))
        begun = ended - timedelta(seconds=more.get("took", 1))
        job = {
            "id": pk,
            "status": status,
            "enqueued_at": begun,
            "started_at": None if status == "READY" else begun,
            "finished_at": ended if status in ("FAILED", "SUCCESSFUL") else None,
            "args_kwargs": json.dumps({"args": [subject], "kwargs": {}}),
            "priority": 0,
            "task_path": task_path,
            "worker_ids": "[]",
            "queue_name": "ingest",
            "backend_name": "default",
            "run_after": FOREVER,
            "exception_class_path": "",
            "traceback": more.get("traceback", ""),
        }
        run = {
            "job_id": pk,
            "subject": str(subject),
            "time_limit": 300_000_000,
            "pause": 5_000_000,
            "attempts": 3 if status == "FAILED" else 1,
            "worker": "",
            "error": more.get("error", ""),
            "lease_until": self._now + timedelta(hours=1) if status == "RUNNING" else None,
            "cancelled_at": ended if more.get("cancelled_by") else None,
            "cancelled_by": more.get("cancelled_by"),
            "done": more.get("done", 0),
            "total": more.get("total", 0),
            "message": "",
        }
        with self._written() as database:
            _insert(database, "django_tasks_database_dbtaskresult", job)
            _insert(database, "job_run", run)
        return str(uuid.UUID(pk))

    def end(self, pk: str) -> None:
        """Let a job be done."""
        told = ("SUCCESSFUL", self._now, uuid.UUID(pk).hex)
        with self._written() as database:
            database.execute(
                "UPDATE django_tasks_database_dbtaskresult SET status = ?, finished_at = ? WHERE id = ?", told
            )

    def break_stage(self, photo_id: int, name: str, error: str) -> None:
        told = (error, TRACEBACK, photo_id, name)
        with self._written() as database:
            database.execute(
                "UPDATE photo_stage SET status = 'failed', error = ?, traceback = ? WHERE photo_id = ? AND name = ?",
                told,
            )

    def clear(self) -> None:
        with self._written() as database:
            database.execute("DELETE FROM job_run")
            database.execute("DELETE FROM django_tasks_database_dbtaskresult")

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database, timeout=20)) as database, database:
            yield database


def _insert(database: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    values = [value.isoformat(" ") if isinstance(value, datetime) else value for value in row.values()]
    places = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", values)  # noqa: S608 - our own names
