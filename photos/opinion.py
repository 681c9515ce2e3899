from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ai.encoders.base import model_key
from photos.embeddings import vector_of
from photos.encoding import current_encoder

NEAR = 0.25  # of its threshold: with less, a word is no proposal but noise
MOST_PROPOSALS = 8


@dataclass(frozen=True)
class Opinion:
    """What the library's encoder makes of a photo now, from its stored vector: no file is opened.

    By word its probability, and the threshold from which on the word would be a tag.
    """

    model: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def would_tag(self, word: str) -> bool:
        return word in self.probabilities and self.probabilities[word] >= self.thresholds[word]

    def proposals(self, settled: set[str]) -> Sequence[str]:
        """Return the words that come nearest to being tags, the nearest first, but for those that are settled."""
        share = {
            word: probability / self.thresholds[word]
            for word, probability in self.probabilities.items()
            if word not in settled and probability >= NEAR * self.thresholds[word] > 0
        }
        return sorted(share, key=lambda word: -share[word])[:MOST_PROPOSALS]


def opinion_on(photo_id: int) -> Opinion:
    """Return the encoder's opinion, an empty one where it has no words or no vector; raises EncoderUnavailable."""
    encoder = current_encoder()
    model, vocabulary = model_key(encoder), encoder.vocabulary
    vector = vector_of(photo_id, model)
    if vocabulary is None or vector is None:
        return Opinion(model)
    row = vocabulary.probabilities(vector[np.newaxis])[0]
    words = [(word, float(row[at])) for at, word in enumerate(vocabulary.words) if word.threshold is not None]
    return Opinion(
        model,
        {word.word: probability for word, probability in words},
        {word.word: word.threshold for word, _ in words if word.threshold is not None},
    )
