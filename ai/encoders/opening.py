"""The encoders that run a graph, by what the settings say; imported when one of them is named."""

from __future__ import annotations

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.encoders.chosen import EncoderSettings
from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.encoders.compact import CompactEncoder
from ai.layouts import CLIP
from ai.manifests import ModelProblem
from ai.store import ModelStore


def compact(chosen: EncoderSettings) -> Encoder:
    return CompactEncoder(chosen.folder, chosen.threads, chosen.batch_size)


def clip(chosen: EncoderSettings) -> Encoder:
    name = chosen.name.partition(":")[2]
    return open_clip(ModelStore(chosen.models), name, chosen.threads, chosen.batch_size)


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
