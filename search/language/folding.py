from __future__ import annotations

import unicodedata
from functools import lru_cache

_ACCENTS = range(0x0300, 0x0370)  # of Latin, Greek and Cyrillic letters; marks of other scripts are letters


def fold(text: str) -> str:
    """Return a text without what is forgiven when names are compared: case, accents, width, spaces around."""
    return " ".join(text.lower().split()) if text.isascii() else _fold(text)


@lru_cache(maxsize=2**12)  # the names of a library come again with every search; texts of photos seldom do
def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if ord(character) not in _ACCENTS)
    return " ".join(unicodedata.normalize("NFC", bare.casefold()).split())
