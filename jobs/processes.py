"""Processes that leave nothing behind: each knows when its parent is gone, and no job outlives its time limit.

A parent gives every child one end of a pipe as its standard input and holds the other end, alone. However the parent
ends, by SIGKILL too, the kernel closes that end, and the child reads the end of the file.
"""

from __future__ import annotations

import faulthandler
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

# gunicorn gives its requests 30 seconds; a container has 35 before it is killed.
GRACE_SECONDS = 32.0


def follow_parent(stop: Callable[[], object], grace: float = GRACE_SECONDS) -> None:
    """Call `stop` from a thread when the parent is gone, and end this process if it is still there after the grace.

    A process that leads its group takes the whole group with it.
    """
    threading.Thread(target=_follow, args=(stop, grace), name="follow-parent", daemon=True).start()


def _follow(stop: Callable[[], object], grace: float) -> None:
    while os.read(0, 4096):
        pass
    stop()
    time.sleep(grace)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextmanager
def watchdog(limit: timedelta) -> Iterator[None]:
    """End this process when the block takes longer, and show where it hangs.

    The watchdog is a thread in C, which also bites when native code keeps Python itself from running.
    """
    faulthandler.dump_traceback_later(limit.total_seconds(), exit=True, file=sys.__stderr__ or 2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def start_child(command: Sequence[str], own_group: bool = False) -> subprocess.Popen[bytes]:
    """Start a process that can follow this one; in a group of its own no Ctrl-C of a terminal reaches it."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command, stdin=subprocess.PIPE, process_group=0 if own_group else None
    )


def group_is_alive(leader: subprocess.Popen[bytes]) -> bool:
    """Tell whether any process of the group is there, be it without its leader."""
    if leader.poll() is None:
        return True
    try:
        os.killpg(leader.pid, 0)
    except (ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
        return False
    return True


def signal_group(leader: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, number)


def how_it_ended(code: int) -> str:
    """Say in words how a process ended, from its return code."""
    if code >= 0:
        return f"Its process ended with code {code}."
    try:
        return f"Its process was ended by {signal.Signals(-code).name}."
    except ValueError:
        return f"Its process was ended by signal {-code}."


class Signals:
    """What the world asks of a parent: how often it was told to stop, and a wait that a child's end wakes too.

    Handlers only count and write to a pipe: locks, which threading.Event has, could meet their own thread there.
    """

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)

    def listen(self) -> None:
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, self.stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def stop(self, *_: object) -> None:
        self.stops += 1
        with suppress(BlockingIOError):
            os.write(self._writer, b"\0")

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the next signal, or so many seconds."""
        select.select([self._reader], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)
