"""What already stands in a query that is being typed: it cannot be parsed yet, as its brackets are open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from search.language.errors import QueryError
from search.language.lexer import Kind, tokens


@dataclass(frozen=True)
class Standing:
    """What must be so together with what comes next, as a query; and whether that is excluded."""

    text: str
    is_excluded: bool = False


@dataclass
class _Bracket:
    start: int
    is_excluded: bool
    pieces: list[str] = field(default_factory=list)  # since the last OR


def standing_before(before: str) -> Standing:
    """Read what stands before the last piece of a query; raises QueryError where nobody can.

    Of open brackets and of alternatives only that counts which the piece is to hold with: in `dog (cat OR red` that is
    `dog`, and in `dog -(cat red`, where cat and red are excluded together, too.
    """
    source = re.sub(r"\s", " ", before)
    is_excluded = source.endswith("-") and source[-2:-1] in ("", " ", "(")
    source = source.removesuffix("-") if is_excluded else source
    brackets, start = [_Bracket(0, False)], None
    for token in tokens(source):
        if token.kind is Kind.MINUS:
            start = token.start if start is None else start
            continue
        innermost, begin = brackets[-1], token.start if start is None else start
        if token.kind is Kind.OPEN:
            brackets.append(_Bracket(begin, is_excluded=begin < token.start))
        elif token.kind is Kind.CLOSE:
            closed = brackets.pop()
            if not brackets:
                raise QueryError("Nothing opens this bracket.", source, token.start, token.end)
            brackets[-1].pieces.append(source[closed.start : token.end])
        elif token.kind is Kind.CONNECTIVE:
            innermost.pieces = [] if token.text == "OR" else innermost.pieces
        else:
            innermost.pieces.append(source[begin : token.end])
        start = None
    excluding = [at for at, bracket in enumerate(brackets) if bracket.is_excluded]
    outside = brackets[: excluding[0]] if excluding else brackets
    text = " ".join(piece for bracket in outside for piece in bracket.pieces)
    return Standing(text, is_excluded is (len(excluding) % 2 == 0))
