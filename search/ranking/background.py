"""What background texts, and the photos themselves, reach on the photos somebody sees.

The texts are the words of the encoder's vocabulary, which says how probably each photo shows each of them. A querybank
like that of S.-V. Bogolin et al., Cross Modal Retrieval with Querybank Normalisation, CVPR 2022.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from accounts.models import User
from ai.background import alike, directions_of
from ai.vocabulary import Vocabulary, Word
from search.facts.keeping import Kept
from search.index.spaces import Space
from search.ranking.sampling import MOST_BYTES, Sample, sample_of
from search.ranking.twogroups import Groups, groups_of

_RATHER = 0.5

# Where no vocabulary tells what an encoder makes of small differences.
_FINEST = 0.05


@dataclass(frozen=True, eq=False)
class Background:
    """A sample of photos, and how the cosines to them are spread: of texts, and of other photos."""

    sample: Sample
    vocabulary: Vocabulary | None

    @property
    def nbytes(self) -> int:
        return self.sample.nbytes + len(self.words) * self.sample.vectors[:1].nbytes

    @cached_property
    def directions(self) -> np.ndarray:
        """Where the words of the vocabulary point, (words, d) unit rows."""
        return directions_of(self.vocabulary) if self.vocabulary else np.empty((0, self.sample.vectors.shape[1]))

    @cached_property
    def texts(self) -> Groups | None:
        """What words reach; None where there are no words."""
        if self.vocabulary is None or not self.vocabulary.words:
            return None
        return groups_of(self.sample.vectors @ self.directions.T, self._probabilities, self._finest)

    @cached_property
    def photos(self) -> Groups:
        """What other photos reach; without a vocabulary nobody knows which of them show the same."""
        vectors = self.sample.vectors
        fits = alike(self.vocabulary, vectors) if self.vocabulary else np.zeros((len(vectors), len(vectors)))
        np.fill_diagonal(fits, np.nan)
        return groups_of(vectors @ vectors.T, fits, self._finest, self.texts.mean if self.texts else 0.0)

    @cached_property
    def words_shown(self) -> frozenset[str]:
        """The words that some photo of the sample rather shows than not."""
        shown = np.flatnonzero((self._probabilities >= _RATHER).any(axis=0))
        return frozenset(self.words[at].word for at in shown.tolist())

    @property
    def words(self) -> Sequence[Word]:
        return self.vocabulary.words if self.vocabulary else ()

    @property
    def _probabilities(self) -> np.ndarray:
        return self.vocabulary.probabilities(self.sample.vectors) if self.vocabulary else np.empty((0, 0))

    @property
    def _finest(self) -> float:
        """A difference of cosines that makes a word e times likelier: less than that is noise."""
        return 1 / self.vocabulary.temperature if self.vocabulary else _FINEST


_kept: Kept[Background] = Kept(MOST_BYTES)


def background_of(space: Space, user: User, vocabulary: Vocabulary | None) -> Background:
    """Return the background of this user's photos, worked out when first asked for and when sample or words change."""
    key, sample = (space.folder, user.pk), sample_of(space, user)
    known = _kept.get(key)
    if known is None or known.sample is not sample or known.vocabulary is not vocabulary:
        _kept.put(key, known := Background(sample, vocabulary))
    return known
