"""The yardstick: what vipsthumbnail takes to make the same two thumbnails of the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from cloudzy.benchmark_ingest.figures import Took
from cloudzy.environment import for_child
from photos.thumbnails import QUALITY, SIZES

PROGRAM = "vipsthumbnail"


class VipsFailed(Exception):  # noqa: N818 - what happened to the process
    """vipsthumbnail ended with an error, which it has told on standard error."""


def is_there() -> bool:
    return shutil.which(PROGRAM) is not None


def thumbnails(files: Sequence[Path], target: Path) -> Took:
    """Make both sizes of all files with one call a size, each on one thread, two at a time; raises VipsFailed."""
    started = perf_counter()
    running = [_started(files, target, size) for size in SIZES]
    cpu_seconds = [_ended(process) for process in running]
    if codes := [process.returncode for process in running if process.returncode]:
        raise VipsFailed(f"{PROGRAM} ended with {codes[0]}")
    return Took(perf_counter() - started, sum(cpu_seconds))


def _started(files: Sequence[Path], target: Path, size: int) -> subprocess.Popen[bytes]:
    folder = target / f"{size}"
    folder.mkdir(parents=True, exist_ok=True)
    form = f"{folder}/%s.webp[Q={QUALITY}]"
    command = [PROGRAM, "--size", f"{size}", "--output", form, *(str(file.resolve()) for file in files)]
    return subprocess.Popen(command, env=for_child(VIPS_CONCURRENCY="1"))  # noqa: S603 - a program by its name


def _ended(process: subprocess.Popen[bytes]) -> float:
    """Wait for its end; return how many seconds of the processors it took, by the kernel's account."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
