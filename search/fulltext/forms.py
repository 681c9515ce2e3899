"""What a word may look like where it is written: its plural and singular, and words that begin with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ai.tokens import readings

_SHORTEST_BEGINNING = 2
_SHORTEST_PLURAL = 3
# Thai, Lao, Burmese, Khmer, kana and Han: written without spaces between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@lru_cache(maxsize=1024)  # asked for every text of every result
def forms(word: str) -> tuple[str, ...]:
    """Return the word, then its singulars, then its plurals, as English makes them; each once."""
    return tuple(dict.fromkeys((*readings(word), *_plurals(word))))


def may_begin(word: str) -> bool:
    """Tell whether words that begin with this one are meant too."""
    return len(word) >= _SHORTEST_BEGINNING


def runs_together(text: str) -> bool:
    """Tell whether its script has no spaces between words, so that where one begins nobody can tell by the letters."""
    return _UNSPACED.search(text) is not None


def _plurals(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_PLURAL or not word.isalpha():
        return
    yield f"{word}s"
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield f"{word}es"
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
