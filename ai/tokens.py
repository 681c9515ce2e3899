"""Texts as runs of letters, and what a run may be the plural of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

ENGLISH = "en"

_LETTERS = re.compile(r"[^\W\d_]+")
_IRREGULAR = {"children": "child", "feet": "foot", "men": "man", "mice": "mouse", "teeth": "tooth", "women": "woman"}
# By language, endings of plurals with the ending of the singular: after `tokens`, so without accents. That a reading
# exists in no language does no harm, because the names of the vocabulary decide which of them counts.
_ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    ENGLISH: (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe")),
    "de": (("e", ""), ("n", ""), ("en", ""), ("er", ""), ("ern", ""), ("s", ""), ("nen", "")),
    "es": (("s", ""), ("es", ""), ("ces", "z")),
    "fr": (("s", ""), ("x", ""), ("aux", "al")),
    "it": (("i", "o"), ("i", "e"), ("e", "a"), ("hi", "o"), ("he", "a")),
    "nl": (("s", ""), ("en", ""), ("en", "e")),
    "pt": (("s", ""), ("es", ""), ("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("ns", "m")),
}


def tokens(text: str) -> list[str]:
    """Return the runs of letters in `text`, without case and accents: STRASSE is Straße."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return _LETTERS.findall("".join(letter for letter in letters if not unicodedata.combining(letter)))


def readings(token: str, language: str = ENGLISH) -> Iterator[str]:
    """Yield `token` and then every singular it may be the plural of; the vocabulary decides which of them exists."""
    yield token
    if language == ENGLISH and token in _IRREGULAR:
        yield _IRREGULAR[token]
    for ending, singular in _ENDINGS.get(language, ()):
        if token.endswith(ending) and len(token) > len(ending):
            yield token[: -len(ending)] + singular
