from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from ai.captioners.base import Captioner, CaptionerUnavailable
from ai.captioners.chosen import CaptionerSettings, Endpoint
from ai.captioners.template import TemplateCaptioner
from ai.encoders.base import EncoderUnavailable
from ai.fakes import FakeCaptioner
from ai.late import late
from ai.loading import get_encoder

TEMPLATE = "template"


def _fake(_: CaptionerSettings) -> Captioner:
    return FakeCaptioner()


CAPTIONERS: dict[str, Callable[[CaptionerSettings], Captioner]] = {
    "openai": late("ai.captioners.opening.openai"),
    "local:NAME": late("ai.captioners.opening.local"),
    "fake": _fake,
}

_loaded: dict[CaptionerSettings, Captioner] = {}
_lock = threading.Lock()


def takes_its_time() -> bool:
    """Tell whether the settings name a captioner that looks at pictures and so is too slow for an upload."""
    return bool(settings.CLOUDZY_CAPTIONER != TEMPLATE)


def get_captioner(name: str = "") -> Captioner:
    """Return the one captioner of this process of that name, else of the settings'; raise CaptionerUnavailable.

    One for all, so that its breaker counts every failure; the next call tries again to load what could not be loaded.
    """
    name = name or settings.CLOUDZY_CAPTIONER
    if name == TEMPLATE:
        return _template()
    chosen = _chosen(name)
    with _lock:
        if chosen not in _loaded:
            _loaded[chosen] = _load(chosen)
        return _loaded[chosen]


def forget_captioner() -> None:
    """Load afresh at the next get_captioner(), for files that were replaced under a running process."""
    with _lock:
        _loaded.clear()


def _template() -> Captioner:
    try:
        return TemplateCaptioner(get_encoder())
    except EncoderUnavailable as error:
        raise CaptionerUnavailable(str(error)) from error


def _chosen(name: str) -> CaptionerSettings:
    endpoint = Endpoint(
        url=settings.CLOUDZY_CAPTION_URL,
        model=settings.CLOUDZY_CAPTION_MODEL,
        key=settings.CLOUDZY_CAPTION_KEY,
        language=settings.CLOUDZY_CAPTION_LANGUAGE,
        seconds=settings.CLOUDZY_CAPTION_TIMEOUT,
    )
    return CaptionerSettings(name, Path(settings.CLOUDZY_MODELS_DIR), endpoint, settings.CLOUDZY_ENCODER_THREADS)


def _load(chosen: CaptionerSettings) -> Captioner:
    kind, separator, _ = chosen.name.partition(":")
    load = CAPTIONERS.get(f"{kind}:NAME" if separator else kind)
    if load is None:
        known = ", ".join([TEMPLATE, *sorted(CAPTIONERS)])
        raise CaptionerUnavailable(f"There is no captioner {chosen.name!r}; there are {known}.")
    return load(chosen)
