from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper

WIDTH = 40

Progress = Callable[[int, int], None]


def megabytes(count: int) -> str:
    """Say a number of bytes as people do of large files."""
    return f"{count / 1e6:.0f} MB"


@contextmanager
def progress_bar(out: OutputWrapper, title: str, told: Callable[[int], str]) -> Iterator[Progress]:
    """Draw a bar that moves on a terminal; anywhere else write a line per tenth. `told` says how much the whole is."""
    shown = -1
    moving = out.isatty()

    def show(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // max(1, total)
        if percent == shown or (not moving and percent // 10 == shown // 10):
            return
        shown = percent
        bar = "#" * (percent * WIDTH // 100)
        line = f"{title} [{bar:<{WIDTH}}] {percent:3} % of {told(total)}"
        out.write(f"\r{line}" if moving else line, ending="" if moving else "\n")
        out.flush()

    try:
        yield show
    finally:
        if moving and shown >= 0:
            out.write("")
