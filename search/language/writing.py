"""How pieces of a query are written so that they read back as they are: the canonical form."""

from __future__ import annotations

import re

QUOTES = '"“”„'
CONNECTIVES = ("AND", "OR")

# A backslash before one of these, or before a whole AND or OR, makes it plain text.
ESCAPABLE = frozenset(rf"\:()+-{QUOTES}")

_STRUCTURE = re.compile(rf"[\\:(){QUOTES}]")
_IN_QUOTES = re.compile(rf"[\\{QUOTES}]")
_BARE_VALUE = re.compile(rf"[^\s()\\{QUOTES}]+")
_BARE_WORD = re.compile(r"[^\W\d_]\w*")


def plain(text: str) -> str:
    """Write words so that nothing in them is taken for an operator."""
    return " ".join(map(_plain_word, text.split()))


def quoted(text: str) -> str:
    return f'"{_escaped(_IN_QUOTES, text)}"'


def value(text: str) -> str:
    """Write the value of a field, in quotes where it needs them."""
    return text if _BARE_VALUE.fullmatch(text) else quoted(text)


def part(text: str) -> str:
    """Write a text of a sum, in quotes unless it is one simple word."""
    return text if _BARE_WORD.fullmatch(text) and text not in CONNECTIVES else quoted(text)


def number(amount: float) -> str:
    """Write a number as people do: no exponent, no zeros behind, six decimals at most."""
    digits = f"{amount:.6f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _plain_word(word: str) -> str:
    if word in CONNECTIVES or word == "+":
        return f"\\{word}"
    escaped = _escaped(_STRUCTURE, word)
    return f"\\{escaped}" if word.startswith("-") else escaped


def _escaped(special: re.Pattern[str], text: str) -> str:
    return special.sub(r"\\\g<0>", text)
