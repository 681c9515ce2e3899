from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.processes import Signals
from jobs.supervisor import MAX_FALSE_STARTS, Supervisor, worker_name

# Real transactions: a supervisor looks after its own connection.
pytestmark = pytest.mark.django_db(transaction=True)

LISTENED_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@pytest.fixture
def signals() -> Iterator[Signals]:
    """Hear signals in this process, and put everything back."""
    before = {number: signal.getsignal(number) for number in LISTENED_TO}
    heard = Signals()
    heard.listen()
    yield heard
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def script(notes: Path, then: str) -> list[str]:
    """A worker's command that notes its process id and then does as told."""
    note = f"import os, signal, time; open({str(notes)!r}, 'a').write(f'{{os.getpid()}}\\n')"
    return [sys.executable, "-c", f"{note}; {then}"]


def test_workers_that_cannot_even_start_are_not_started_for_ever(signals: Signals, notes: Path) -> None:
    code = Supervisor(script(notes, "os._exit(3)"), 1, signals).run()

    assert code == 1
    assert len(notes.read_text().splitlines()) == MAX_FALSE_STARTS


def test_a_worker_that_is_done_is_not_started_again(signals: Signals, notes: Path) -> None:
    code = Supervisor(script(notes, "pass"), 3, signals, once=True).run()

    assert code == 0
    assert len(notes.read_text().splitlines()) == 3


def test_a_worker_that_ended_without_being_asked_is_replaced(signals: Signals, notes: Path) -> None:
    lines = f"len(open({str(notes)!r}).readlines())"
    stop_parent = "(os.kill(os.getppid(), signal.SIGTERM), time.sleep(60))"

    code = Supervisor(script(notes, f"{lines} > 2 and {stop_parent}"), 1, signals).run()

    assert code == 0
    assert len(notes.read_text().splitlines()) == 3


def test_workers_on_one_machine_are_told_apart() -> None:
    assert worker_name(1) != worker_name(2)
    assert worker_name(os.getpid()).endswith(f":{os.getpid()}")
