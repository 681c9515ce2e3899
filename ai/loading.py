from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.encoders.chosen import EncoderSettings
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from ai.late import late


def _placeholder(_: EncoderSettings) -> Encoder:
    return PlaceholderEncoder()


def _fake(_: EncoderSettings) -> Encoder:
    return FakeEncoder()


ENCODERS: dict[str, Callable[[EncoderSettings], Encoder]] = {
    "compact": late("ai.encoders.opening.compact"),
    "clip:NAME": late("ai.encoders.opening.clip"),
    "placeholder": _placeholder,
    "fake": _fake,
}

_loaded: dict[EncoderSettings, Encoder] = {}
_lock = threading.Lock()


def get_encoder(name: str = "") -> Encoder:
    """Return the one encoder of this process of that name, else of the settings', loading it at the first call.

    Raise EncoderUnavailable where it cannot be loaded; the next call tries again, so that files put back just work.
    """
    chosen = EncoderSettings(
        name=name or settings.CLOUDZY_ENCODER,
        folder=Path(settings.CLOUDZY_ENCODER_DIR),
        models=Path(settings.CLOUDZY_MODELS_DIR),
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
    kind, separator, _ = chosen.name.partition(":")
    load = ENCODERS.get(f"{kind}:NAME" if separator else kind)
    if load is None:
        raise EncoderUnavailable(
            f"CLOUDZY_ENCODER is {chosen.name!r}, which does not exist; set it to one of {sorted(ENCODERS)}."
        )
    return load(chosen)
