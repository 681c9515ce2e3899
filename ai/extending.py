"""A curator's words beside those an encoder was taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ai.vectors import unit_rows
from ai.vocabulary import Vocabulary, Word
from ai.zeroshot import PromptedWord, TextEncoder, leaves_of

# Above this cosine two directions are one.
_SAME = 0.9999


def extend(own: Vocabulary, revised: Sequence[Word], added: Sequence[PromptedWord], encoder: TextEncoder) -> Vocabulary:
    """Return the vocabulary of an encoder's `own` words as they were `revised`, and of the `added` ones.

    An added word whose prompts mean no more than a word the encoder was taught has the leaves of that word; any other
    gets a leaf of its own. Words above an added one, or above one that was given a new parent, have its leaves too;
    apart from that, what was taught is as it was. Added words that are left without a leaf are left out.
    """
    found = leaves_of(encoder, [word.prompts for word in added])
    leaves = {word.word: set(word.leaves) for word in revised}
    directions = np.stack([own.leaves[list(word.leaves)].mean(axis=0) for word in own.words])
    meant = unit_rows(directions, own.dimension)
    rows = [*own.leaves]
    for word, leaf in zip(added, found, strict=True):
        leaves[word.word] = set()
        if leaf is None:
            continue
        nearest = int((meant @ leaf).argmax())
        if meant[nearest] @ leaf > _SAME:
            leaves[word.word] = set(own.words[nearest].leaves)
        else:
            leaves[word.word] = {len(rows)}
            rows.append(leaf)
    words = [*revised, *(_word(word) for word in added)]
    _sum_up(words, leaves, {word.word: word.parents for word in own.words})
    kept = [replace(word, leaves=tuple(sorted(leaves[word.word]))) for word in words if leaves[word.word]]
    return Vocabulary(tuple(kept), np.stack(rows), own.temperature)


def _word(word: PromptedWord) -> Word:
    return Word(word.word, (), word.parents, word.synonyms, word.threshold, aliases=word.aliases)


def _sum_up(words: Sequence[Word], leaves: Mapping[str, set[int]], taught: Mapping[str, Sequence[str]]) -> None:
    """Give every word above a new link the leaves of the word below it, however the parents may go round in circles."""
    parents = {word.word: word.parents for word in words}
    for word in words:
        for parent in set(word.parents) - set(taught.get(word.word, ())):
            seen, waiting = set[str](), [parent]
            while waiting:
                name = waiting.pop()
                if name in parents and name not in seen:
                    seen.add(name)
                    leaves[name].update(leaves[word.word])
                    waiting.extend(parents[name])
