"""The process that decodes: it is asked through standard input and answers through what was its standard output.

It ends when its parent does, however that ends, for then its standard input ends; and by itself when nobody has asked
for a while. It has neither the settings nor the secrets of the site.
"""

from __future__ import annotations

import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import process_time
from traceback import format_exception
from typing import IO, Any, NoReturn

from django.conf import settings

if __name__ == "__main__":
    settings.configure(USE_I18N=False, CLOUDZY_DECODER="inline")

from rest_framework.exceptions import APIException

from ai.memory import peak_mb
from photos import images  # noqa: F401 - so that the first photo need not wait for it
from photos.decoding import frames
from photos.decoding.apart import Apart

IDLE_SECONDS = 300.0
MOST_BESIDE = 64 * 2**20  # bytes that come with a question
_GRACE_SECONDS = 2  # the parent watches the clock too, and knows better what to say


def main(memory_mb: int, seconds: int) -> None:
    answers = _private_output()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # meant for the parent, which may want an answer before it goes
    _bound_memory(memory_mb)
    questions = _questions()
    frames.send(answers, {"ready": True})
    while True:
        try:
            told, beside = questions.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        _bound_time(seconds)
        answer, data = _answered(told, beside)
        signal.setitimer(signal.ITIMER_REAL, 0)
        frames.send(answers, answer | {"cpu_seconds": process_time(), "peak_mb": peak_mb()}, data)


def _private_output() -> IO[bytes]:
    """Keep standard output for answers alone: what a library prints there goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _bound_memory(memory_mb: int) -> None:
    with suppress(OSError, ValueError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # where memory ends, this process is to end and not the one that asked
        Path("/proc/self/oom_score_adj").write_text("500")


def _bound_time(seconds: int) -> None:
    """Have the kernel end this process after so many seconds, also while native code lets no Python run."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(process_time()) + seconds + 1, most))
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)


def _questions() -> queue.Queue[frames.Frame]:
    """Read questions in a thread, which sees the end of them at once also while a picture is being decoded."""
    questions: queue.Queue[frames.Frame] = queue.Queue()
    threading.Thread(target=_read, args=(questions.put,), daemon=True).start()
    return questions


def _read(put: Callable[[frames.Frame], object]) -> NoReturn:
    with suppress(EOFError):
        while True:
            put(frames.receive(_exactly, MOST_BESIDE))
    os._exit(0)


def _exactly(count: int) -> bytes:
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _answered(told: Any, beside: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Call the function that is asked for; what it raises is the answer too."""
    try:
        function: Apart[..., object] = getattr(import_module(told["module"]), told["function"])
        return function.answered(told["arguments"], beside)
    except APIException as exc:
        return {"refusal": [type(exc).__module__, type(exc).__qualname__, str(exc.detail)]}, []
    except OSError as exc:
        return {"os_error": [exc.errno, exc.strerror or str(exc)]}, []
    except MemoryError:
        return {"memory": True}, []
    except Exception as exc:  # a bug of ours or of a library: the parent logs it
        return {"bug": "".join(format_exception(exc)), "words": f"{type(exc).__name__}: {exc}"}, []


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
