from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from ai.encoders.graph import ImageGraph
from ai.encoders.modelfiles import read_model
from ai.texts import Lexicon
from ai.vectors import unit_rows
from ai.vocabulary import TagScore, Vocabulary


class CompactEncoder:
    """The encoder that lies in a folder: an image graph, and a vocabulary in its space that stands in for a text model.

    Everything it is, from its name to its thresholds, is read from the files; a new revision of them needs no code.
    """

    def __init__(self, folder: Path, threads: int, batch_size: int) -> None:
        """Raise EncoderUnavailable where the files are missing, broken or do not fit together."""
        self._model = read_model(folder)
        self._graph = ImageGraph(self._model.graph, self._model.input_name, threads, self._model.graph_sha256)
        self._batch_size = batch_size
        self._vocabulary = self._model.vocabulary
        self._lexicon = self._model.lexicon

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def revision(self) -> str:
        return self._model.revision

    @property
    def dimension(self) -> int:
        return self._model.dimension

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    def with_vocabulary(self, vocabulary: Vocabulary | None) -> Self:
        taught = copy.copy(self)
        taught._vocabulary = vocabulary or self._model.vocabulary
        taught._lexicon = Lexicon(vocabulary) if vocabulary else self._model.lexicon
        return taught

    def warm_up(self) -> None:
        self._graph.open()

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        starts = range(0, len(images), self._batch_size)
        batches = [self._embed(images[start : start + self._batch_size]) for start in starts]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *batches])

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        return [self._lexicon.vector(text) for text in texts]

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        return self.vocabulary.tag(vectors)

    def _embed(self, images: Sequence[Image.Image]) -> np.ndarray:
        return unit_rows(self._graph.run(self._model.preprocessing.batch(images)), self.dimension)
