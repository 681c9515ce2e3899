from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from ai.captioners.base import CaptionerUnavailable, CaptionFailed
from ai.captioners.local import LocalCaptioner
from ai.encoders.base import EncoderUnavailable
from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.layouts import CAPTIONER, CLIP, Layout
from ai.manifests import ModelProblem
from ai.vectors import BadVector, unit_rows

LONGEST_CAPTION = 240.0  # seconds


def probe(folder: Path, layout: Layout, name: str) -> int:
    """Use a model once, before it counts as installed; return the length of its vectors, 0 where it makes none.

    Raise ModelProblem where it does not work.
    """
    try:
        return _PROBES[layout.kind](folder, layout, name)
    except (EncoderUnavailable, BadVector, CaptionerUnavailable, CaptionFailed) as error:
        raise ModelProblem(f"The model {name} does not work: its files are damaged or do not fit together.") from error


def _clip(folder: Path, layout: Layout, name: str) -> int:
    """Let one picture tell the dimension, and see that a text has the same."""
    any_length = ClipEncoder(folder, layout, ClipIdentity(name, "", 0), threads=1, batch_size=1)
    answer = any_length.run(any_length.prepared(any_length.resized([Image.new("RGB", (64, 64), "gray")])))
    dimension = int(answer.shape[-1]) if answer.ndim else 0
    unit_rows(answer, dimension)
    ClipEncoder(folder, layout, ClipIdentity(name, "", dimension), threads=1, batch_size=1).embed_texts(["a photo"])
    return dimension


def _captioner(folder: Path, _: Layout, __: str) -> int:
    """Let it find words for a picture; that they make a caption is not asked of a picture that shows nothing."""
    LocalCaptioner(folder, threads=1, seconds=LONGEST_CAPTION).tokens(Image.new("RGB", (64, 64), "gray"))
    return 0


_PROBES: dict[str, Callable[[Path, Layout, str], int]] = {CLIP: _clip, CAPTIONER: _captioner}
