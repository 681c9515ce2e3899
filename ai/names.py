"""What a text names: the words of a vocabulary, by whatever they are called and in any language."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ai.tokens import ENGLISH, readings, tokens
from ai.vocabulary import Word

LONGEST_RUN = 3

Names = Mapping[tuple[str, ...], tuple[Word, ...]]


@dataclass(frozen=True)
class Named:
    """A run of tokens and the words it means, none where nothing is known of it.

    `alias` tells that it is a name of this library's, or of another language, and no English word.
    """

    tokens: tuple[str, ...]
    words: tuple[Word, ...] = ()
    alias: bool = False


class NameBook:
    """The names of words. English goes before other languages, the longest run of tokens before the ones inside it."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._plain = _plain_names(words)
        self._aliases = _aliases(words)

    def meanings(self) -> set[tuple[Word, ...]]:
        """Return all that a single name can mean."""
        return {words for names in (self._plain, *self._aliases.values()) for words in names.values()}

    def read(self, text: str) -> Iterator[Named]:
        """Yield what the text says from its beginning to its end, token by token where nothing is known of it."""
        left = tokens(text)
        while left:
            runs = (tuple(left[:length]) for length in range(min(LONGEST_RUN, len(left)), 0, -1))
            named = next(filter(None, map(self._named, runs)), None) or Named((left[0],))
            yield named
            del left[: len(named.tokens)]

    def _named(self, run: tuple[str, ...]) -> Named | None:
        if words := _looked_up(self._plain, run, ENGLISH):
            return Named(run, words)
        for language, names in self._aliases.items():
            if words := _looked_up(names, run, language or ENGLISH):
                return Named(run, words, alias=True)
        return None


def _looked_up(names: Names, run: Sequence[str], language: str) -> tuple[Word, ...]:
    candidates = itertools.product(*(readings(token, language) for token in run))
    return next((names[candidate] for candidate in candidates if candidate in names), ())


def _plain_names(words: Sequence[Word]) -> Names:
    """A synonym of several words means all of them ("citrus" is lemon and orange); a word of its own only itself."""
    return _meant((word, word.synonyms) for word in words) | {_key(word.word): (word,) for word in words}


def _aliases(words: Sequence[Word]) -> dict[str, Names]:
    """The names by language, the library's own ones ("") before all others."""
    languages = sorted({alias.language for word in words for alias in word.aliases})
    return {
        language: _meant((word, [alias.name for alias in word.aliases if alias.language == language]) for word in words)
        for language in languages
    }


def _meant(called: Iterable[tuple[Word, Sequence[str]]]) -> dict[tuple[str, ...], tuple[Word, ...]]:
    meant: defaultdict[tuple[str, ...], dict[str, Word]] = defaultdict(dict)
    for word, names in called:
        for name in names:
            meant[_key(name)][word.word] = word
    return {key: tuple(words.values()) for key, words in meant.items() if key}


def _key(name: str) -> tuple[str, ...]:
    return tuple(tokens(name))
