"""The captioners that look at pictures, by what the settings say; imported when one of them is named."""

from __future__ import annotations

from ai.captioners.base import Captioner, CaptionerUnavailable
from ai.captioners.chosen import CaptionerSettings
from ai.captioners.local import LocalCaptioner
from ai.captioners.openai import OpenAICaptioner
from ai.layouts import CAPTIONER
from ai.manifests import ModelProblem
from ai.store import ModelStore


def local(chosen: CaptionerSettings) -> Captioner:
    """Return an installed caption model whose files are what they were; raise CaptionerUnavailable with the cure."""
    name = chosen.name.partition(":")[2]
    try:
        model = ModelStore(chosen.models).usable(name)
    except ModelProblem as problem:
        raise CaptionerUnavailable(str(problem)) from problem
    if model.layout.kind != CAPTIONER:
        raise CaptionerUnavailable(f"The model {name} writes no captions: see `manage.py models list`.")
    return LocalCaptioner(model.folder, chosen.threads, chosen.endpoint.seconds)


def openai(chosen: CaptionerSettings) -> Captioner:
    if not (chosen.endpoint.url and chosen.endpoint.model):
        raise CaptionerUnavailable("Set CLOUDZY_CAPTION_URL and CLOUDZY_CAPTION_MODEL, or CLOUDZY_CAPTIONER=template.")
    return OpenAICaptioner(chosen.endpoint)
