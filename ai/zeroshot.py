"""Words that an encoder was never taught, made into a vocabulary by what it makes of texts about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai.encoders.base import Encoder
from ai.vectors import BadVector, unit_rows
from ai.vocabulary import Vocabulary, Word


@dataclass(frozen=True)
class PromptedWord:
    """A word and the texts that describe pictures of it; one without prompts is the sum of the words below it."""

    word: str
    prompts: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    threshold: float | None = None


def vocabulary_for(
    encoder: Encoder, words: Sequence[PromptedWord], backgrounds: Sequence[str], temperature: float
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
    vectors = _vectors(encoder, ensembles)
    kept = [at for at, prompts in enumerate(ensembles) if any(prompt in vectors for prompt in prompts)]
    if not kept:
        raise ValueError("The encoder knows nothing of any prompt.")
    leaves = np.stack([_mean([vectors[prompt] for prompt in ensembles[at] if prompt in vectors]) for at in kept])
    own_leaf = {words[at].word: row for row, at in enumerate(kept) if at < len(words)}
    return Vocabulary(tuple(_words(words, own_leaf)), leaves, temperature)


def _vectors(encoder: Encoder, ensembles: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Map each different prompt that the encoder knows something of to its vector."""
    prompts = list(dict.fromkeys(prompt for ensemble in ensembles for prompt in ensemble))
    embedded = zip(prompts, encoder.embed_texts(prompts), strict=True)
    return {prompt: vector for prompt, vector in embedded if vector is not None}


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
            yield Word(word.word, tuple(leaves), word.parents, word.synonyms, word.threshold)


def _closure(word: str, below: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the word and everything below it, however the parents may go round in circles."""
    found, waiting = set[str](), [word]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(below.get(name, ()))
    return found
