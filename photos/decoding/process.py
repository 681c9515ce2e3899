from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import IO, Any, TypeVar

from django.conf import settings
from rest_framework.exceptions import APIException

from jobs.processes import how_it_ended
from photos.decoding import frames, values
from photos.unreadable import DecoderFailed, DecoderUnavailable

MODULE = "photos.decoding.child"
START_SECONDS = 60.0  # for a process that has not decoded anything yet, on a busy machine
MOST_PHOTOS = 500  # of one process: whatever a library leaks goes with it

_PIPE_BYTES = 2**20
_TOO_LONG = {-signal.SIGXCPU, -signal.SIGALRM}

Value = TypeVar("Value")
Read = Callable[[Any, Sequence[bytes]], Value]

logger = logging.getLogger(__name__)


class Died(Exception):  # noqa: N818 - what became of it
    """The child is gone; `code` is its return code, or None where it was ended for being too slow."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Usage:
    """What decoding has cost so far: questions, seconds by the clock and of the processor, and MiB at most."""

    questions: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0


class Decoder:
    """One child at most, asked one question at a time; started when first needed, and anew where it has ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._child: Child | None = None
        self.usage = Usage()

    def ask(self, question: dict[str, Any], beside: Sequence[bytes], read: Read[Value]) -> Value:
        """Return what the function answers; raises what it raises.

        Also DecoderFailed where the child ended on it, and DecoderUnavailable where none can be started.
        """
        with self._lock:
            try:
                answer, data = self._asked(question, beside)
            except Died as exc:
                raise DecoderFailed(_how(exc)) from exc
            if "value" in answer:
                try:
                    return read(answer["value"], data)
                except values.BadValue as exc:
                    self._end()
                    raise DecoderFailed("The decoder gave no usable answer.") from exc
            if "memory" in answer:
                self._end()
            raise _raised(answer)

    def close(self) -> None:
        with self._lock:
            self._end()

    def forget(self) -> None:
        """Let go of a child that belongs to the process this one was forked from."""
        if self._child:
            self._child.forget()

    def _asked(self, question: dict[str, Any], beside: Sequence[bytes]) -> frames.Frame:
        """Ask, and once more where the child ended by no fault that is known: it may not have been this file's."""
        for last in (False, True):
            child = self._running()
            try:
                return self._counted(child, lambda child=child: child.ask(question, beside))  # type: ignore[misc]
            except Died as exc:
                self._end()
                if last or exc.code is None or exc.code in _TOO_LONG:
                    raise
        raise AssertionError

    def _counted(self, child: Child, ask: Callable[[], frames.Frame]) -> frames.Frame:
        started, before, used = monotonic(), child.cpu_seconds, self.usage
        answer, data = ask()
        child.cpu_seconds = float(answer.get("cpu_seconds", before))
        self.usage = Usage(
            used.questions + 1,
            used.seconds + monotonic() - started,
            used.cpu_seconds + child.cpu_seconds - before,
            max(used.peak_mb, float(answer.get("peak_mb", 0))),
        )
        return answer, data

    def _running(self) -> Child:
        if self._child and (self._child.has_ended() or self._child.questions >= MOST_PHOTOS):
            self._end()
        if self._child is None:
            try:
                self._child = Child(settings.CLOUDZY_DECODER_MEMORY_MB, settings.CLOUDZY_DECODER_SECONDS)
            except (Died, OSError) as exc:
                logger.exception("the decoder does not start")
                raise DecoderUnavailable from exc
        return self._child

    def _end(self) -> None:
        if self._child:
            self._child.end()
            self._child = None


class Child:
    """A running child and both pipes to it."""

    def __init__(self, memory_mb: int, seconds: int) -> None:
        """Return when it is ready; raises Died."""
        self._most, self._seconds = memory_mb * 2**20, float(seconds)
        self.questions = 0
        self.cpu_seconds = 0.0
        command = [sys.executable, "-m", MODULE, f"{memory_mb}", f"{seconds}"]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR, env=settings.BARE_ENVIRONMENT
        )
        self._to, self._from = _pipes(self._process)
        try:
            self._receive(START_SECONDS)
        except Died:
            self.end()
            raise

    def ask(self, question: dict[str, Any], beside: Sequence[bytes]) -> frames.Frame:
        """Send a question and return the answer; raises Died, also where it takes too long."""
        self.questions += 1
        try:
            frames.send(self._to, question, beside)
        except OSError as exc:
            raise Died(self._process.wait()) from exc
        return self._receive(self._seconds)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close our ends of the pipes and leave the process alone."""
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()
        self._process.returncode = 0 if self._process.returncode is None else self._process.returncode

    def _receive(self, seconds: float) -> frames.Frame:
        deadline = monotonic() + seconds
        try:
            return frames.receive(lambda count: self._read(count, deadline), self._most)
        except EOFError as exc:
            raise Died(self._process.wait()) from exc
        except (TimeoutError, frames.BadFrame) as exc:
            self._process.kill()
            raise Died(None if isinstance(exc, TimeoutError) else self._process.wait()) from exc

    def _read(self, count: int, deadline: float) -> bytes:
        data = bytearray(count)
        view, there = memoryview(data), select.poll()
        there.register(self._from, select.POLLIN)
        while view:
            left = deadline - monotonic()
            if left <= 0 or not there.poll(1000 * left):
                raise TimeoutError
            read = os.readv(self._from.fileno(), [view])
            if not read:
                raise EOFError
            view = view[read:]
        return bytes(data)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise AssertionError
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # a picture then comes in a few pieces; users may have no right to so much
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process.stdin, process.stdout


def _how(death: Died) -> str:
    if death.code is None or death.code in _TOO_LONG:
        return f"Decoding this file took longer than {settings.CLOUDZY_DECODER_SECONDS} seconds."
    return f"The decoder broke off on this file. {how_it_ended(death.code)}"


def _raised(answer: dict[str, Any]) -> Exception:
    if "refusal" in answer:
        return _refusal(*answer["refusal"])
    if "os_error" in answer:
        number, words = answer["os_error"]
        return OSError(number, words) if number is not None else OSError(words)
    if "memory" in answer:
        return DecoderFailed(f"Decoding this file takes more than {settings.CLOUDZY_DECODER_MEMORY_MB} MB of memory.")
    logger.error("The decoder: %s", answer.get("bug", "no usable answer"))
    return DecoderFailed(f"The decoder failed on this file: {answer.get('words', 'no usable answer')}")


def _refusal(module: str, name: str, detail: str) -> APIException:
    """Make the exception anew, of a class of ours that is there already; nothing is imported by its name."""
    for kind in _subclasses(APIException):
        if (kind.__module__, kind.__qualname__) == (module, name) and module.startswith("photos."):
            refusal = kind.__new__(kind)
            APIException.__init__(refusal, detail)
            return refusal
    return DecoderFailed(detail)


def _subclasses(kind: type[APIException]) -> list[type[APIException]]:
    return [found for one in kind.__subclasses__() for found in (one, *_subclasses(one))]
