"""What a word may look like where it is written: its plural and singular, and words that begin with it."""

from __future__ import annotations

from collections.abc import Iterator

from ai.tokens import readings

_SHORTEST_BEGINNING = 2
_SHORTEST_PLURAL = 3


def forms(word: str) -> list[str]:
    """Return the word, then its singulars, then its plurals, as English makes them; each once."""
    return list(dict.fromkeys((*readings(word), *_plurals(word))))


def may_begin(word: str) -> bool:
    """Tell whether words that begin with this one are meant too."""
    return len(word) >= _SHORTEST_BEGINNING


def _plurals(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_PLURAL or not word.isalpha():
        return
    yield f"{word}s"
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield f"{word}es"
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
