from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from PIL import Image

from ai.encoders.base import EncoderUnavailable
from ai.encoders.clip_files import read_clip
from ai.encoders.clip_pixels import ClipPixels
from ai.encoders.clip_text import ClipTokenizer
from ai.encoders.graph import Graph
from ai.layouts import Layout
from ai.texts import Glossary
from ai.vectors import unit_rows
from ai.vocabulary import TagScore, Vocabulary

logger = logging.getLogger(__name__)

MASK = "attention_mask"

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


@dataclass(frozen=True)
class ClipIdentity:
    """What names the space: a model, the content of its files, the length of its vectors."""

    name: str
    revision: str
    dimension: int


class ClipEncoder:
    """An encoder of two graphs, one for pictures and one for texts, as CLIP and SigLIP are published.

    It takes any text. Tags it gives only with a vocabulary (see ai.zeroshot), which `with_vocabulary` hands it.
    """

    vocabulary: Vocabulary | None = None
    _glossary: Glossary | None = None

    def __init__(self, folder: Path, layout: Layout, identity: ClipIdentity, threads: int, batch_size: int) -> None:
        """Raise EncoderUnavailable where the settings among the files are not usable."""
        self._identity = identity
        self._folder = folder
        self._model = read_clip(folder, layout, self._unavailable)
        self._visual = Graph(self._model.visual, threads, self._unavailable, self._objection_to_visual)
        self._textual = Graph(self._model.textual, threads, self._unavailable, _objection_to_textual)
        self._tokenizer = ClipTokenizer(self._model.tokenizer, self._model.text, self._unavailable)
        self._batch_size = batch_size

    @property
    def name(self) -> str:
        return self._identity.name

    @property
    def revision(self) -> str:
        return self._identity.revision

    @property
    def dimension(self) -> int:
        return self._identity.dimension

    def with_vocabulary(self, vocabulary: Vocabulary | None) -> Self:
        taught = copy.copy(self)
        taught.vocabulary = vocabulary
        taught._glossary = Glossary(vocabulary) if vocabulary else None
        return taught

    def warm_up(self) -> None:
        self._visual.open()

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        starts = range(0, len(images), self._batch_size)
        batches = [self.embed_pixels(self.resized(images[at : at + self._batch_size])) for at in starts]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *batches])

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        if self._glossary is None:
            return list(self._embed_texts(texts))
        return self._glossary.vectors(texts, self._embed_texts)

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        rows = unit_rows(vectors, self.dimension)
        return [[] for _ in rows] if self.vocabulary is None else self.vocabulary.tag(rows)

    def resized(self, images: Sequence[Image.Image]) -> list[np.ndarray]:
        """Return each picture as the (height, width, 3) uint8 that the graph sees of it."""
        pixels = self._pixels()
        return [pixels.resized(image) for image in images]

    def prepared(self, pixels: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Return resized pictures as what the graph for pictures is fed with."""
        given = self._visual.open().get_inputs()[0]
        batch = self._pixels().prepared(pixels)
        return {given.name: batch.astype(_TYPES[given.type], copy=False)}

    def embed_pixels(self, pixels: Sequence[np.ndarray]) -> np.ndarray:
        """Return (n, dimension) float32 unit rows for resized pictures, at least one."""
        return unit_rows(self.run(self.prepared(pixels)), self.dimension)

    def run(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return what the graph for pictures answers, as it answers it."""
        return _run(self._visual, feeds, self._batch_size)

    def _embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dimension) float32 unit rows."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        ids, mask = self._tokenizer.encode(texts)
        inputs = self._textual.open().get_inputs()
        feeds = {given.name: (mask if given.name == MASK else ids).astype(_TYPES[given.type]) for given in inputs}
        return unit_rows(_run(self._textual, feeds, self._batch_size), self.dimension)

    def _pixels(self) -> ClipPixels:
        configured = self._model.pixels
        return configured if configured.height else configured.sized(*self._visual.open().get_inputs()[0].shape[2:])

    def _objection_to_visual(self, session: onnxruntime.InferenceSession) -> str:
        inputs = session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES or len(inputs[0].shape) != 4:
            return f"takes {_told(inputs)}, not one batch of pictures"
        if not self._model.pixels.height and not all(isinstance(side, int) for side in inputs[0].shape[2:]):
            return "does not tell how large its pictures are"
        return ""

    def _unavailable(self, reason: str) -> EncoderUnavailable:
        """Log what exactly is wrong; the exception says it without paths and library words, for it reaches clients."""
        logger.warning("The model in %s cannot be used: %s", self._folder, reason)
        return EncoderUnavailable(
            f"The model {self.name} cannot be used: its files are damaged or do not fit together. "
            f"Run `manage.py models verify {self.name}`, which says how to put them right."
        )


def _run(graph: Graph, feeds: Mapping[str, np.ndarray], batch_size: int) -> np.ndarray:
    """Run all rows of the feeds through the graph, as many at once as it takes: many graphs take just one."""
    fixed = graph.open().get_inputs()[0].shape[0]
    step = fixed if isinstance(fixed, int) else batch_size
    rows = len(next(iter(feeds.values())))
    answers = []
    for start in range(0, rows, step):
        part = {name: values[start : start + step] for name, values in feeds.items()}
        missing = step - len(next(iter(part.values()))) if isinstance(fixed, int) else 0
        if missing:
            part = {name: np.concatenate([values, values[-1:].repeat(missing, 0)]) for name, values in part.items()}
        answers.append(graph.run(part)[: step - missing])
    return answers[0] if len(answers) == 1 else np.concatenate(answers)


def _objection_to_textual(session: onnxruntime.InferenceSession) -> str:
    inputs = session.get_inputs()
    known = all(given.type in _TYPES and len(given.shape) == 2 for given in inputs)
    if known and [given.name == MASK for given in inputs].count(False) == 1:
        return ""
    return f"takes {_told(inputs)}, not token ids with or without {MASK}"


def _told(inputs: Sequence[onnxruntime.NodeArg]) -> str:
    return ", ".join(f"{given.name} {given.type} {given.shape}" for given in inputs)
