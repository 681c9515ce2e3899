"""What a stranger's file can do to a decoder, without the file: functions that the decoder's process can import."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from photos.decoding import apart
from photos.unreadable import TooManyPixels


@apart
def process_id() -> int:
    return os.getpid()


@apart
def crash(notes: Path) -> int:
    """Note in a file that it was called, and die."""
    with notes.open("a") as file:
        file.write("called\n")
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


@apart
def crash_once(notes: Path) -> int:
    if not notes.exists():
        notes.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


@apart
def hang() -> int:
    time.sleep(3600)
    return 0


@apart
def hang_in_native_code() -> int:
    """Have no signal handler and no other thread run for longer than anybody waits."""
    sys.setswitchinterval(3600)
    sum(range(10**12))
    return 0


@apart
def eat(megabytes: int) -> int:
    return len(bytearray(megabytes * 2**20))


@apart
def chat() -> int:
    os.write(1, b"libtiff: warning\n")
    print("decoding")  # noqa: T201 - what must not get between the answers
    return 1


@apart
def break_down() -> int:
    raise ZeroDivisionError("a bug of the decoder")


@apart
def promise_a_number() -> int:
    return "a word"  # type: ignore[return-value]


@apart
def refuse() -> int:
    raise TooManyPixels(20_000, 20_000, 100_000_000)


@apart
def told(when: datetime, words: tuple[str, ...], notes: Mapping[str, float | None], data: bytes) -> list[str]:
    return [when.isoformat(), *words, *(f"{name}={value}" for name, value in notes.items()), data.decode()]


@apart
def environment() -> dict[str, str]:
    return dict(os.environ)
