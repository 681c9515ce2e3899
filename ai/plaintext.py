from __future__ import annotations

import unicodedata

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = _BIDI_CONTROLS | frozenset("\u200b\u2060\ufeff")
# Controls (NUL is illegal in PostgreSQL text), lone surrogates (no UTF-8 form), line and paragraph separators.
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LONGEST_LOOK = 16  # how many characters are read for each one kept


def one_line(raw: str, limit: int) -> str:
    """Make foreign text printable on one line: NFC, single spaces, no control or bidi characters, at most `limit`."""
    return " ".join(_printable(raw, limit, keep="").split())[:limit].rstrip()


def printable(raw: str) -> str:
    """Make foreign text printable like one_line, but keep its spaces, all of them."""
    return _printable(raw, len(raw), keep="")


def many_lines(raw: str, limit: int) -> str:
    """Make foreign text printable like one_line, but keep its line breaks."""
    unified = raw[: limit * _LONGEST_LOOK].replace("\r\n", "\n").replace("\r", "\n")
    return _printable(unified, limit, keep="\n").strip()[:limit].rstrip()


def _printable(raw: str, limit: int, keep: str) -> str:
    # Only a bounded piece is looked at: the text may be megabytes of rubbish.
    text = unicodedata.normalize("NFC", raw[: limit * _LONGEST_LOOK])
    if text.isprintable():  # by Unicode's categories that is none of what is taken out below
        return text
    return "".join(_printable_character(character, keep) for character in text)


def _printable_character(character: str, keep: str) -> str:
    if character in keep:
        return character
    if character in "\t\n\r\v\f\u2028\u2029":
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in _UNPRINTABLE_CATEGORIES:
        return ""
    return character
