"""Real worker processes over the database of the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection

from jobs.models import Run

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 120.0  # six workers one after the other, on a machine that is busy with other things


def eventually(condition: Callable[[], Any]) -> Any:
    """Return what the condition returns once that is true; fail when it never is."""
    latest, pause = time.monotonic() + PATIENCE_SECONDS, 0.02
    while not (found := condition()):
        assert time.monotonic() < latest, "it never came true"
        threading.Event().wait(pause)
        pause = min(pause * 1.3, 0.2)  # looking takes time that the processes looked at need
    return found


def family_of(pid: int) -> set[int]:
    """Return the ids of a process and of everything it has started, and that has started in turn."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout  # noqa: S607
    parents = {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}
    family = {pid}
    while found := {child for child, parent in parents.items() if parent in family} - family:
        family |= found
    return family


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended; one that only waits to be reaped has."""
    state = subprocess.run(["ps", "-p", f"{pid}", "-o", "stat="], capture_output=True, text=True, check=False)  # noqa: S607
    return state.stdout.strip() == "" or state.stdout.startswith("Z")


class RunningWorker:
    """`manage.py worker` in a session of its own."""

    def __init__(self) -> None:
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        }

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "worker", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        return self.process

    def end(self) -> None:
        """Kill it and all it has started; stopped first, so that it cannot start one more that nobody knows of."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
        family = family_of(self.process.pid)
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        eventually(lambda: all(map(is_gone, family)))


def status_of(result: Any) -> str:
    return str(Run.objects.select_related("job").get(pk=result.id).job.status)
