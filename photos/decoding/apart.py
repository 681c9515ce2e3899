from __future__ import annotations

import atexit
import inspect
import os
from collections.abc import Callable, Sequence
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from django.conf import settings

from photos.decoding import values
from photos.decoding.process import Decoder, Usage

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Apart(Generic[Arguments, Result]):
    """A function that runs in the decoder's process; its annotations tell what may cross the border.

    What it raises of our own refusals and of OSError comes through. DecoderFailed tells that the process ended on it,
    DecoderUnavailable that none can be started.
    """

    def __init__(self, function: Callable[Arguments, Result]) -> None:
        self._function = function
        update_wrapper(self, function)

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if settings.CLOUDZY_DECODER == "inline":
            return self._function(*args, **kwargs)
        beside: list[bytes] = []
        bound = self._signature.bind(*args, **kwargs).arguments
        question = {
            "module": self._function.__module__,
            "function": self._function.__name__,
            "arguments": {name: values.write(value, beside) for name, value in bound.items()},
        }
        result: Result = _decoder.ask(
            question, beside, lambda told, data: values.read(self._hints["return"], told, data)
        )
        return result

    def answered(self, arguments: dict[str, Any], beside: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        """Call it with arguments that came over the border; return what goes back."""
        given = {name: values.read(self._hints[name], told, beside) for name, told in arguments.items()}
        data: list[bytes] = []
        answer = {"value": values.write(self._function(**given), data)}  # type: ignore[call-arg]
        return answer, data

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self._function)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self._function)


def apart(function: Callable[Arguments, Result]) -> Apart[Arguments, Result]:
    """Have this function, which looks into a stranger's file, run in the decoder's process."""
    return Apart(function)


def close_decoder() -> None:
    """End the decoder of this process, if there is one; the next call starts another."""
    _decoder.close()


def usage() -> Usage:
    """Return what decoding has cost this process so far."""
    return _decoder.usage


def _begin_anew() -> None:
    """Leave the parent's decoder to the parent: a process that was forked has one of its own."""
    global _decoder
    _decoder.forget()
    _decoder = Decoder()


_decoder = Decoder()
os.register_at_fork(after_in_child=_begin_anew)
atexit.register(close_decoder)
