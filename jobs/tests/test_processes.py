from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from jobs.processes import Signals, group_is_alive, how_it_ended, signal_group, start_child
from jobs.tests.running import ROOT, eventually

FOLLOW = "import time; from jobs.processes import follow_parent; follow_parent({stop}, {grace}); {rest}"
WATCHED = """import datetime, re, time; from jobs.processes import watchdog
with watchdog(datetime.timedelta(seconds={seconds})): {work}"""
SLEEP = "time.sleep(3600)"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes to put in, that are gone after the test."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def python(code: str, own_group: bool = False) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0 if own_group else None,
    )


def lose_parent(child: subprocess.Popen[bytes]) -> None:
    """Close the end of the pipe that the parent holds, as the kernel does for one that is killed."""
    assert child.stdin is not None
    child.stdin.close()


def test_a_process_without_its_parent_is_told_to_stop(started: list[subprocess.Popen[bytes]]) -> None:
    child = python(FOLLOW.format(stop="lambda: print('told', flush=True)", grace=0.2, rest=SLEEP))
    started.append(child)

    lose_parent(child)

    assert child.stdout is not None
    assert child.stdout.readline() == b"told\n"
    assert child.wait(timeout=20) == 1


def test_a_process_that_stops_when_told_ends_as_it_wants(started: list[subprocess.Popen[bytes]]) -> None:
    until_told = "[time.sleep(0.01) for _ in iter(told.copy, [1])]"
    child = python("told = []; " + FOLLOW.format(stop="lambda: told.append(1)", grace=60, rest=until_told))
    started.append(child)

    lose_parent(child)

    assert child.wait(timeout=20) == 0


def test_the_leader_of_a_group_takes_it_with_it(started: list[subprocess.Popen[bytes]]) -> None:
    start = "import subprocess; print(subprocess.Popen(['sleep', '3600']).pid, flush=True); "
    child = python(start + FOLLOW.format(stop="int", grace=0.1, rest=SLEEP), own_group=True)
    started.append(child)
    assert child.stdout is not None
    child.stdout.readline()

    lose_parent(child)

    assert child.wait(timeout=20) == -signal.SIGKILL
    eventually(lambda: not group_is_alive(child))


@pytest.mark.parametrize("hang", ["time.sleep(3600)", "re.match('(a+)+$', 'a' * 64 + 'b')"])
def test_the_watchdog_bites_also_where_native_code_keeps_python_from_running(hang: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WATCHED.format(seconds=0.5, work=hang)],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert run.returncode == 1
    assert b"Timeout" in run.stderr and b'File "<string>", line 2' in run.stderr


def test_the_watchdog_lets_go_of_what_is_in_time() -> None:
    code = WATCHED.format(seconds=0.3, work="pass") + "\ntime.sleep(0.6)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=20, check=False).returncode == 0


def test_a_group_lives_as_long_as_any_of_it(started: list[subprocess.Popen[bytes]]) -> None:
    leader = start_child(["sh", "-c", "sleep 3600 & exit 0"], own_group=True)
    started.append(leader)
    leader.wait()
    left_behind = group_is_alive(leader)

    signal_group(leader, signal.SIGKILL)

    assert left_behind
    eventually(lambda: not group_is_alive(leader))
    signal_group(leader, signal.SIGKILL)  # and nothing happens


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "Its process ended with code 3."),
        (-9, "Its process was ended by SIGKILL."),
        (-63, "Its process was ended by signal 63."),
    ],
)
def test_the_end_of_a_process_is_told_in_words(code: int, words: str) -> None:
    assert how_it_ended(code) == words


def test_a_wait_ends_with_a_request_to_stop_and_counts_it() -> None:
    signals = Signals()
    signals.stop()
    start = time.monotonic()

    signals.wait(60)

    assert time.monotonic() - start < 30
    assert signals.stops == 1


LISTEN = "import signal; from jobs.processes import Signals; s = Signals(); "
WAIT = "s.listen(); print('ready', flush=True); s.wait({seconds}); print(s.stops)"


def stops_counted(child: subprocess.Popen[bytes], number: signal.Signals) -> bytes:
    """Send the signal to a process that listens; return how many requests to stop it has counted."""
    assert child.stdout is not None
    child.stdout.readline()
    os.kill(child.pid, number)
    return child.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_wait_of_a_process(started: list[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    started.append(child := python(LISTEN + WAIT.format(seconds=60)))

    assert stops_counted(child, number) == b"1\n"


def test_a_process_under_nohup_outlives_its_terminal(started: list[subprocess.Popen[bytes]]) -> None:
    as_nohup_does = "signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    started.append(child := python(LISTEN + as_nohup_does + WAIT.format(seconds=0.2)))

    assert stops_counted(child, signal.SIGHUP) == b"0\n"
