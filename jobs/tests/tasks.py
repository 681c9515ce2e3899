"""Jobs for tests, in a module that workers in processes of their own can import. Each notes in a file that it ran."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from django_tasks import TaskContext, task

SOON = timedelta(seconds=0.1)


def note(path: str, word: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{word}\n")


@task(queue_name="ingest", pause=SOON)
def write(path: str) -> str:
    note(path, "done")
    return "written"


@task(queue_name="maintenance")
def tidy(path: str) -> None:
    note(path, "tidied")


@task(queue_name="caption")
def describe(path: str) -> None:
    note(path, "described")


@task(queue_name="ingest")
def write_at_once(path: str, what: int) -> None:
    note(path, f"{what}")


@task(queue_name="ingest", pause=SOON)
def wait_for_go(path: str) -> None:
    """Take until the test makes the file `<path>.go`."""
    note(path, f"{os.getpid()}")
    while not Path(f"{path}.go").exists():
        time.sleep(0.02)
    note(path, "done")


@task(queue_name="ingest", pause=SOON)
def kill_worker(path: str) -> None:
    note(path, "tried")
    os.kill(os.getpid(), signal.SIGKILL)


@task(queue_name="ingest", pause=SOON, time_limit=timedelta(seconds=0.5))
def hang(path: str) -> None:
    note(path, "tried")
    time.sleep(3600)


@task(queue_name="ingest", takes_context=True, pause=timedelta(seconds=10))
def fail_twice(context: TaskContext, path: str) -> None:
    if context.attempt < 3:
        raise ConnectionError(f"attempt {context.attempt}")
    note(path, "done")


@task(queue_name="ingest")
def answer_with_no_json(path: str) -> object:
    return Path(path)
