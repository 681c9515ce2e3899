from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from ai.encoders.base import EncoderUnavailable
from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.layouts import Layout
from ai.manifests import ModelProblem
from ai.vectors import BadVector, unit_rows


def probe(folder: Path, layout: Layout, name: str) -> int:
    """Use a model once, before it counts as installed; return the length of its vectors.

    Raise ModelProblem where it does not work.
    """
    try:
        return _PROBES[layout.kind](folder, layout, name)
    except (EncoderUnavailable, BadVector) as error:
        raise ModelProblem(f"The model {name} does not work: its files are damaged or do not fit together.") from error


def _clip(folder: Path, layout: Layout, name: str) -> int:
    """Let one picture tell the dimension, and see that a text has the same."""
    any_length = ClipEncoder(folder, layout, ClipIdentity(name, "", 0), threads=1, batch_size=1)
    answer = any_length.run(any_length.prepared(any_length.resized([Image.new("RGB", (64, 64), "gray")])))
    dimension = int(answer.shape[-1]) if answer.ndim else 0
    unit_rows(answer, dimension)
    ClipEncoder(folder, layout, ClipIdentity(name, "", dimension), threads=1, batch_size=1).embed_texts(["a photo"])
    return dimension


_PROBES: dict[str, Callable[[Path, Layout, str], int]] = {"clip": _clip}
