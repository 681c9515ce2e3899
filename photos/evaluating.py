"""How well a model does on labelled pictures. Nothing of the library is read or written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai.encoders.base import Encoder
from ai.evaluation import Retrieval, TagScores, precision_at, ranks, score_ranks, score_tags
from ai.names import NameBook
from ai.vocabulary import Word
from photos.labelled import LabelledPicture
from photos.looking import Seen

DEPTH = 10
CUTS = (1, 5, 10)

_BLOCK = 256  # rows of a matrix of similarities that are held at once
# Whichever way a matrix product adds up, the similarities of equal vectors are equal to so many decimals.
_DECIMALS = 6


class NothingKnown(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """The model knows nothing of any label or caption, so there is nothing to measure."""


@dataclass(frozen=True)
class Coverage:
    """The labels the model tags with, those it only searches by, those it knows nothing of; and the captions."""

    tagged: tuple[str, ...]
    searched: tuple[str, ...]
    unknown: tuple[str, ...]
    captions: int
    unknown_captions: int


@dataclass(frozen=True)
class WordSearch:
    """A search for a word that `shown` pictures show, and the precision of its first DEPTH answers."""

    word: str
    shown: int
    precision: float


@dataclass(frozen=True)
class Evaluation:
    coverage: Coverage
    tags: TagScores
    searches: tuple[WordSearch, ...]
    text_to_image: Retrieval
    image_to_text: Retrieval

    @property
    def precision(self) -> float:
        """The mean over the words that can be searched for; 0 where there is none."""
        return sum(search.precision for search in self.searches) / max(1, len(self.searches))


def evaluate(encoder: Encoder, seen: Seen) -> Evaluation:
    """Compare what the model says of the pictures, and finds among them, with what is written down.

    A picture is taken to show its labels, what these imply in the model's vocabulary, and none of the other labels; of
    words that are no label nothing is known, and they are not judged. A caption that the model knows nothing of finds
    nothing. Raise NothingKnown where there is no label and no caption it knows.
    """
    vocabulary = _Vocabulary(encoder)
    shown = [vocabulary.shown(picture.labels) for picture in seen.pictures]
    words = sorted({vocabulary.called(label) for picture in seen.pictures for label in picture.labels})
    tagged = [word for word in words if word in vocabulary.tags]
    vectors = dict(zip(words, encoder.embed_texts(words), strict=True))
    searched = {word: vector for word, vector in vectors.items() if vector is not None}
    captions = _Captions.of(encoder, seen.pictures)
    if not tagged and not searched and not captions.known.any():
        raise NothingKnown(_nothing_known(words, captions))
    said = [{tag.word for tag in tags} for tags in encoder.tag(seen.vectors)]
    return Evaluation(
        Coverage(
            tagged=tuple(tagged),
            searched=tuple(word for word in searched if word not in vocabulary.tags),
            unknown=tuple(word for word in words if word not in vocabulary.tags and word not in searched),
            captions=len(captions.known),
            unknown_captions=int((~captions.known).sum()),
        ),
        score_tags(tagged, shown, said),
        tuple(_searches(searched, shown, seen.vectors)),
        captions.text_to_image(seen.vectors),
        captions.image_to_text(seen.vectors),
    )


class _Vocabulary:
    """What the labels of people are called in the vocabulary of a model, and what they imply there."""

    def __init__(self, encoder: Encoder) -> None:
        words = encoder.vocabulary.words if encoder.vocabulary else ()
        self.tags = {word.word for word in words if word.threshold is not None}
        self._names = NameBook(words)
        self._broader = encoder.vocabulary.broader if encoder.vocabulary else {}

    def called(self, label: str) -> str:
        """Return the word that the label is a name of, or the label itself where it is none."""
        word = self._word(label)
        return word.word if word else label

    def shown(self, labels: Iterable[str]) -> set[str]:
        """Return the words of the labels and all words above them."""
        found, waiting = set[str](), [self.called(label) for label in labels]
        while waiting:
            word = waiting.pop()
            if word not in found:
                found.add(word)
                waiting.extend(self._broader.get(word, ()))
        return found

    def _word(self, label: str) -> Word | None:
        match list(self._names.read(label)):
            case [named] if len(named.words) == 1:
                return named.words[0]
        return None


@dataclass(frozen=True, eq=False)
class _Captions:
    """All captions: which picture each is of, whether the model knows it, and the vectors of those it knows."""

    owners: np.ndarray
    known: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, encoder: Encoder, pictures: Sequence[LabelledPicture]) -> _Captions:
        texts = [(at, caption) for at, picture in enumerate(pictures) for caption in picture.captions]
        vectors = encoder.embed_texts([caption for _, caption in texts])
        known = [vector for vector in vectors if vector is not None]
        return cls(
            np.array([at for at, _ in texts], dtype=np.int64),
            np.array([vector is not None for vector in vectors], dtype=bool),
            np.array(known, dtype=np.float32).reshape(-1, encoder.dimension),
        )

    def text_to_image(self, pictures: np.ndarray) -> Retrieval:
        """For each caption, where its picture stands among all pictures."""
        found = np.full(len(self.owners), np.inf)
        found[self.known] = _ranks(self.vectors, self.owners[self.known], pictures, np.arange(len(pictures)))
        return score_ranks(found, CUTS)

    def image_to_text(self, pictures: np.ndarray) -> Retrieval:
        """For each picture that has captions, where the first of them stands among all captions."""
        described = np.unique(self.owners)
        found = _ranks(pictures[described], described, self.vectors, self.owners[self.known])
        return score_ranks(found, CUTS)


def _ranks(queries: np.ndarray, wanted: np.ndarray, candidates: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Return for each query the rank of the first candidate whose name is the wanted one."""
    blocks = [np.empty(0)]
    for start in range(0, len(queries), _BLOCK):
        rows = slice(start, start + _BLOCK)
        blocks.append(ranks(_similarities(queries[rows], candidates), wanted[rows, None] == names))
    return np.concatenate(blocks)


def _searches(
    searched: Mapping[str, np.ndarray], shown: Sequence[set[str]], pictures: np.ndarray
) -> Iterator[WordSearch]:
    for word, vector in searched.items():
        right = np.array([[word in words for words in shown]])
        precision = precision_at(DEPTH, _similarities(vector[None], pictures), right)
        yield WordSearch(word, int(right.sum()), float(precision[0]))


def _similarities(queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return np.round(queries @ candidates.T, _DECIMALS)


def _nothing_known(words: Sequence[str], captions: _Captions) -> str:
    if not words and not len(captions.known):
        return "Nothing is said of these pictures: give them tags or captions."
    some = ", ".join(words[:DEPTH])
    return f"The model knows nothing of what is said of these pictures{f': {some}' if some else ''}."
