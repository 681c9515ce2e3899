"""The parent of worker processes: replaces those that die and reports what they were doing."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from jobs.models import Run
from jobs.processes import GRACE_SECONDS, Signals, how_it_ended, start_child

MAX_FALSE_STARTS = 5

logger = logging.getLogger(__name__)


def worker_name(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}"


class Supervisor:
    """Keeps so many processes of a worker's command running until a signal ends them all."""

    def __init__(self, command: Sequence[str], processes: int, signals: Signals, once: bool = False) -> None:
        self._command = command
        self._processes = processes
        self._signals = signals
        self._once = once
        self._children: list[subprocess.Popen[bytes]] = []
        self._false_starts = 0

    def run(self) -> int:
        """Return when no worker is left: 0 when that was asked for, 1 when they cannot even start."""
        self._children = [start_child(self._command) for _ in range(self._processes)]
        signalled = 0
        while self._children:
            self._signals.wait()
            if self._signals.stops > signalled:
                signalled = self._signals.stops
                self._signal_all(signal.SIGTERM if signalled == 1 else signal.SIGKILL)
            self._replace_ended()
        return int(self._false_starts >= MAX_FALSE_STARTS)

    def orphaned(self) -> None:
        """Let the workers finish as at SIGTERM, but not for longer than the grace: nobody else would end them."""
        self._signals.stop()
        time.sleep(GRACE_SECONDS)
        self._signals.stop()

    def _signal_all(self, number: signal.Signals) -> None:
        for child in self._children:
            child.send_signal(number)

    def _replace_ended(self) -> None:
        for child in [child for child in self._children if child.poll() is not None]:
            self._children.remove(child)
            if child.stdin:
                child.stdin.close()
            if child.returncode:
                self._report(child, timezone.now())
            done = self._once and child.returncode == 0
            if not (done or self._signals.stops or self._false_starts >= MAX_FALSE_STARTS):
                self._children.append(start_child(self._command))

    def _report(self, child: subprocess.Popen[bytes], now: datetime) -> None:
        """Let the job of a dead worker be taken up at once, without the wait for its lease."""
        how = how_it_ended(child.returncode)
        logger.warning("worker %s: %s", child.pid, how)
        close_old_connections()
        try:
            held = Run.objects.expire(worker_name(child.pid), now, how)
        except DatabaseError:  # then the lease tells, a minute later
            logger.exception("worker %s: its job could not be given back", child.pid)
            return
        self._false_starts = 0 if held else self._false_starts + 1
