"""The one parent of web and worker, `python -m cloudzy.serving`: both run, or neither."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from signal import SIGKILL, SIGTERM

from jobs.processes import GRACE_SECONDS, Signals, group_is_alive, how_it_ended, signal_group, start_child

WEB = [sys.executable, "-m", "cloudzy.web", "--config", "cloudzy/gunicorn_conf.py"]
WORKER = [sys.executable, "manage.py", "worker", "--with-parent"]
WATCHER = [sys.executable, "manage.py", "watch", "--with-parent"]


def serve(commands: Mapping[str, Sequence[str]], signals: Signals) -> int:
    """Run what the names stand for until a signal asks to stop or one of them ends, then end all; return the exit code.

    Each runs in a group of its own, so that a signal from the terminal reaches it once, through here, and so that
    whatever it has started can be ended with it.
    """
    leaders: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            leaders[name] = start_child(command, own_group=True)
        while not signals.stops and all(leader.poll() is None for leader in leaders.values()):
            signals.wait()
        return 0 if signals.stops else _unasked(leaders)
    finally:
        _end(list(leaders.values()), signals)


def _unasked(leaders: Mapping[str, subprocess.Popen[bytes]]) -> int:
    for name, leader in leaders.items():
        if leader.returncode is not None:
            sys.stderr.write(f"Cloudzy ends, because its {name} has ended. {how_it_ended(leader.returncode)}\n")
    return 1


def _end(leaders: Sequence[subprocess.Popen[bytes]], signals: Signals) -> None:
    """Ask once, wait for the grace or for a second signal, then kill whatever is left."""
    asked = signals.stops
    for leader in leaders:
        if leader.poll() is None:
            leader.send_signal(SIGTERM)
        else:  # its own children have nobody else to tell them
            signal_group(leader, SIGTERM)
    latest = time.monotonic() + GRACE_SECONDS
    while any(map(group_is_alive, leaders)) and signals.stops == asked and time.monotonic() < latest:
        signals.wait(0.1)
    for leader in leaders:
        signal_group(leader, SIGKILL)
        leader.wait()


def main() -> int:
    signals = Signals()
    signals.listen()
    watcher = {"watcher of folders": WATCHER} if "--watch" in sys.argv else {}
    return serve({"web server": WEB, "worker": WORKER, **watcher}, signals)


if __name__ == "__main__":
    sys.exit(main())
