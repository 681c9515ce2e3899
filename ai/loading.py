from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.encoders.compact import CompactEncoder
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from ai.layouts import CLIP
from ai.manifests import ModelProblem
from ai.store import ModelStore


@dataclass(frozen=True)
class EncoderSettings:
    """Which encoder, and what it needs: `name` is a kind, or a kind and the name of an installed model (clip:NAME)."""

    name: str
    folder: Path
    models: Path
    threads: int
    batch_size: int


def _compact(chosen: EncoderSettings) -> Encoder:
    return CompactEncoder(chosen.folder, chosen.threads, chosen.batch_size)


def _clip(chosen: EncoderSettings) -> Encoder:
    name = chosen.name.partition(":")[2]
    return open_clip(ModelStore(chosen.models), name, chosen.threads, chosen.batch_size)


def _placeholder(_: EncoderSettings) -> Encoder:
    return PlaceholderEncoder()


def _fake(_: EncoderSettings) -> Encoder:
    return FakeEncoder()


ENCODERS: dict[str, Callable[[EncoderSettings], Encoder]] = {
    "compact": _compact,
    "clip:NAME": _clip,
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


def open_clip(store: ModelStore, name: str, threads: int, batch_size: int) -> ClipEncoder:
    """Return the encoder of an installed model whose files are what they were; raise EncoderUnavailable."""
    try:
        model = store.usable(name)
    except ModelProblem as problem:
        raise EncoderUnavailable(str(problem)) from problem
    if model.layout.kind != CLIP:
        raise EncoderUnavailable(f"The model {name} is no encoder: see `manage.py models list`.")
    manifest = model.manifest
    identity = ClipIdentity(manifest.name, manifest.revision, manifest.dimension)
    return ClipEncoder(model.folder, model.layout, identity, threads, batch_size)


def _load(chosen: EncoderSettings) -> Encoder:
    kind, separator, _ = chosen.name.partition(":")
    load = ENCODERS.get(f"{kind}:NAME" if separator else kind)
    if load is None:
        raise EncoderUnavailable(
            f"CLOUDZY_ENCODER is {chosen.name!r}, which does not exist; set it to one of {sorted(ENCODERS)}."
        )
    return load(chosen)
