from __future__ import annotations

import threading
from collections.abc import Callable

from django.conf import settings

from ai.fakes import FakeReader
from ai.ocr.base import ReaderUnavailable, TextReader
from ai.ocr.rapid import RapidReader

OFF = "off"


def _fake(_: int) -> TextReader:
    return FakeReader()


READERS: dict[str, Callable[[int], TextReader]] = {"rapidocr": RapidReader, "fake": _fake}

_loaded: dict[tuple[str, int], TextReader] = {}
_lock = threading.Lock()


def is_switched_on() -> bool:
    return bool(settings.CLOUDZY_OCR != OFF)


def get_reader() -> TextReader:
    """Return the one reader of this process that the settings name; raise ReaderUnavailable where they name none."""
    chosen = (settings.CLOUDZY_OCR, settings.CLOUDZY_ENCODER_THREADS)
    if chosen[0] not in READERS:
        raise ReaderUnavailable("Text in pictures is not read. Set CLOUDZY_OCR=rapidocr.")
    with _lock:
        if chosen not in _loaded:
            _loaded[chosen] = READERS[chosen[0]](chosen[1])
        return _loaded[chosen]


def forget_reader() -> None:
    """Load afresh at the next get_reader()."""
    with _lock:
        _loaded.clear()
