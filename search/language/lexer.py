"""Cuts a query into tokens; which of them mean something together is the grammar's affair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from search.language.errors import QueryError
from search.language.writing import CONNECTIVES, ESCAPABLE, QUOTES


class Kind(Enum):
    OPEN = auto()
    CLOSE = auto()
    MINUS = auto()  # directly before what it excludes
    SIGN = auto()  # + or - with space around
    CONNECTIVE = auto()  # AND, OR
    WORD = auto()
    PHRASE = auto()  # in quotes
    FIELD = auto()  # name:value or name:"value"


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str  # of a FIELD its value
    start: int
    end: int
    name: str = ""  # of a FIELD, as written
    quoted: bool = False  # of a FIELD: its value stands in quotes


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a query on one line; raises QueryError where a quote is never closed."""
    at = 0
    while at < len(source):
        if source[at] == " ":
            at += 1
            continue
        token = _token(source, at)
        yield token
        at = token.end


def _token(source: str, at: int) -> Token:
    character, following = source[at], source[at + 1 : at + 2]
    if character in "()":
        return Token(Kind.OPEN if character == "(" else Kind.CLOSE, character, at, at + 1)
    if character in "+-" and following in ("", " ", ")"):
        return Token(Kind.SIGN, character, at, at + 1)
    if character == "-" and following != "-":
        return Token(Kind.MINUS, character, at, at + 1)
    if character in QUOTES:
        text, end = _phrase(source, at)
        return Token(Kind.PHRASE, text, at, end)
    return _word(source, at)


def _word(source: str, start: int) -> Token:
    """Read to the next space or bracket; the first colon, if anything stands before it, ends the name of a field."""
    name, text, at, quoted = "", "", start, False
    while at < len(source) and source[at] not in " ()":
        if source[at] == "\\" and source[at + 1 : at + 2] and source[at + 1] in ESCAPABLE:
            text, at = text + source[at + 1], at + 2
        elif source[at] == ":" and source[start] != ":" and not name:
            name, text, at = text, "", at + 1
            if source[at : at + 1] and source[at] in QUOTES:
                (text, at), quoted = _phrase(source, at), True
                break
        else:
            text, at = text + source[at], at + 1
    if name:
        return Token(Kind.FIELD, text, start, at, name, quoted)
    as_written = source[start:at]
    if as_written in CONNECTIVES:
        return Token(Kind.CONNECTIVE, text, start, at)
    is_escaped = as_written.startswith("\\") and as_written[1:] in CONNECTIVES
    return Token(Kind.WORD, text[1:] if is_escaped else text, start, at)


def _phrase(source: str, start: int) -> tuple[str, int]:
    """Read from an opening quote; return the text between and where what follows begins."""
    text, at = "", start + 1
    while at < len(source):
        if source[at] in QUOTES:
            return text, at + 1
        if source[at] == "\\" and source[at + 1 : at + 2] in ("\\", *QUOTES):
            at += 1
        text, at = text + source[at], at + 1
    hint = 'Close it, or write \\" for the sign itself.'
    raise QueryError("This quote is never closed.", source, start, len(source), allowed=hint)
