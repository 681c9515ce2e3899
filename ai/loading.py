from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.encoders.compact import CompactEncoder
from ai.fakes import FakeEncoder


@dataclass(frozen=True)
class EncoderSettings:
    name: str
    folder: Path
    threads: int
    batch_size: int


def _compact(chosen: EncoderSettings) -> Encoder:
    return CompactEncoder(chosen.folder, chosen.threads, chosen.batch_size)


def _fake(_: EncoderSettings) -> Encoder:
    return FakeEncoder()


ENCODERS: dict[str, Callable[[EncoderSettings], Encoder]] = {"compact": _compact, "fake": _fake}

_loaded: dict[EncoderSettings, Encoder] = {}
_lock = threading.Lock()


def get_encoder() -> Encoder:
    """Return the one encoder of this process that the settings name, loading it at the first call.

    Raise EncoderUnavailable where it cannot be loaded; the next call tries again, so that files put back just work.
    """
    chosen = EncoderSettings(
        name=settings.CLOUDZY_ENCODER,
        folder=Path(settings.CLOUDZY_ENCODER_DIR),
        threads=settings.CLOUDZY_ENCODER_THREADS,
        batch_size=settings.CLOUDZY_ENCODER_BATCH,
    )
    with _lock:
        if chosen not in _loaded:
            _loaded[chosen] = _load(chosen)
        return _loaded[chosen]


def forget_encoder() -> None:
    """Load afresh at the next get_encoder(), for files that were replaced under a running process."""
    with _lock:
        _loaded.clear()


def _load(chosen: EncoderSettings) -> Encoder:
    if chosen.name not in ENCODERS:
        raise EncoderUnavailable(
            f"CLOUDZY_ENCODER is {chosen.name!r}, which does not exist; set it to one of {sorted(ENCODERS)}."
        )
    return ENCODERS[chosen.name](chosen)
