"""The processes of a benchmark, and the place in which they find a library of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from django.conf import settings


class Failed(Exception):  # noqa: N818 - what happened to the process
    """A process of the benchmark ended with an error, which it has told on standard error."""


@dataclass(frozen=True)
class Run:
    """How long a command took, and the most memory it held, in MiB."""

    seconds: float
    peak_mb: float


def run(environment: Mapping[str, str], *arguments: str) -> Run:
    """Run a management command to its end; raises Failed."""
    start = perf_counter()
    process = subprocess.Popen(  # noqa: S603  (our own interpreter)
        _python("manage.py", *arguments), env=environment, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
    )
    # wait4 and not wait: the kernel's own account of this one process.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"manage.py {' '.join(arguments)} ended with {process.returncode}")
    return Run(perf_counter() - start, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


class Searcher:
    """A process that searches; each call is a command of `searcher`."""

    def __init__(self, process: subprocess.Popen[str], to: IO[str], answers: IO[str]) -> None:
        self._process, self._to, self._answers = process, to, answers

    def begin(self, command: str, **arguments: Any) -> None:
        """Give it a command without waiting for the answer."""
        self._to.write(json.dumps([command, arguments]) + "\n")
        self._to.flush()

    def answer(self) -> Any:
        """Return the answer to the oldest command that has none yet; raises Failed."""
        line = self._answers.readline()
        if not line:
            raise Failed(f"a searching process ended with {self._process.wait()}")
        return json.loads(line)

    def ask(self, command: str, **arguments: Any) -> Any:
        self.begin(command, **arguments)
        return self.answer()


@contextmanager
def searcher(environment: Mapping[str, str], module: str = "cloudzy.benchmark_search.searcher") -> Iterator[Searcher]:
    """Have a process that searches, or does what the commands of another module are, for as long as the block lasts."""
    process = subprocess.Popen(  # noqa: S603  (our own interpreter)
        _python("-m", module),
        env=environment, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process as running:
        assert running.stdin is not None  # noqa: S101
        assert running.stdout is not None  # noqa: S101
        try:
            yield Searcher(running, running.stdin, running.stdout)
        finally:
            running.stdin.close()


def size_mb(folder: Path) -> float:
    """Return how large all files below the folder are together, in MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def _python(*arguments: str) -> Sequence[str]:
    return [sys.executable, *arguments]
