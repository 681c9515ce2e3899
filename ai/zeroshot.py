"""Words that an encoder was never taught, made into a vocabulary by what it makes of texts about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ai.vectors import BadVector, unit_rows
from ai.vocabulary import Alias, Vocabulary, Word

# What CLIP-style models end their training with, or near it; `manage.py tags calibrate` finds a library's own.
DEFAULT_TEMPERATURE = 100.0


class TextEncoder(Protocol):
    """The part of an encoder that words are made with, or a store of what it answered."""

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]: ...


@dataclass(frozen=True)
class PromptedWord:
    """A word and the texts that describe pictures of it; one without prompts is the sum of the words below it."""

    word: str
    prompts: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    threshold: float | None = None
    aliases: tuple[Alias, ...] = ()


def vocabulary_for(
    encoder: TextEncoder, words: Sequence[PromptedWord], backgrounds: Sequence[str], temperature: float
) -> Vocabulary:
    """Return the vocabulary over one leaf per prompted word and one per background prompt, in the encoder's space.

    A leaf is the normalised mean of the unit vectors of its prompts. A background leaf has no word and takes its share
    of the probability. Words that are left without a leaf, because the encoder knows nothing of their prompts, are
    left out. Raise ValueError for words that are not different from each other, or where no leaf is left. It costs one
    run of the text graph per prompt: whoever calls keeps the result.
    """
    if len({word.word for word in words}) < len(words):
        raise ValueError("The words of a vocabulary must be different from each other.")
    ensembles = [*(word.prompts for word in words), *((prompt,) for prompt in backgrounds)]
    found = leaves_of(encoder, ensembles)
    kept = [at for at, leaf in enumerate(found) if leaf is not None]
    if not kept:
        raise ValueError("The encoder knows nothing of any prompt.")
    leaves = np.stack([leaf for leaf in found if leaf is not None])
    own_leaf = {words[at].word: row for row, at in enumerate(kept) if at < len(words)}
    return Vocabulary(tuple(_words(words, own_leaf)), leaves, temperature)


def leaves_of(encoder: TextEncoder, ensembles: Sequence[Sequence[str]]) -> list[np.ndarray | None]:
    """Return for each ensemble of prompts the mean of what the encoder makes of them, None where it knows none."""
    prompts = list(dict.fromkeys(prompt for ensemble in ensembles for prompt in ensemble))
    vectors = dict(zip(prompts, encoder.embed_texts(prompts), strict=True))
    known = [[vector for prompt in ensemble if (vector := vectors[prompt]) is not None] for ensemble in ensembles]
    return [_mean(ensemble) if ensemble else None for ensemble in known]


def _mean(vectors: Sequence[np.ndarray]) -> np.ndarray:
    try:
        return unit_rows(np.mean(vectors, axis=0, keepdims=True), len(vectors[0]))[0]
    except BadVector:  # prompts that say the opposite of each other: the first one decides
        return vectors[0]


def _words(words: Sequence[PromptedWord], own_leaf: Mapping[str, int]) -> Iterator[Word]:
    below: dict[str, list[str]] = {}
    for word in words:
        for parent in word.parents:
            below.setdefault(parent, []).append(word.word)
    for word in words:
        leaves = sorted(own_leaf[name] for name in _closure(word.word, below) if name in own_leaf)
        if leaves:
            yield Word(word.word, tuple(leaves), word.parents, word.synonyms, word.threshold, aliases=word.aliases)


def _closure(word: str, below: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the word and everything below it, however the parents may go round in circles."""
    found, waiting = set[str](), [word]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(below.get(name, ()))
    return found
