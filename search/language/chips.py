"""A query as pieces that can be taken away one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from search.language.errors import QueryError
from search.language.examples import Example
from search.language.fields import operator_of
from search.language.grammar import parse
from search.language.nodes import And, Field, Node, Not, Query, walk
from search.language.pieces import pieces


@dataclass(frozen=True)
class Chip:
    label: str
    without: str  # the query without this piece, empty where nothing is left
    problem: str = ""  # why the query cannot be read, on the piece that is to blame
    swatch: str = ""  # the colour it is about, `#rrggbb`
    example: Example | None = None  # what photos are to be like, or less like
    is_less: bool = False


def chips(query: Query) -> list[Chip]:
    """Return a chip for each condition that must hold, for each part of a sum and for each example."""
    found: list[Chip] = []
    for at, node in enumerate(query.conditions):
        before, after = query.conditions[:at], query.conditions[at + 1 :]
        for piece in pieces(node):
            without = _joined((*before, *([piece.rest] if piece.rest else []), *after), (*before, *after))
            found.append(Chip(piece.label, without, "", _swatch(node), piece.example, piece.is_less))
    return found


def headline(query: Query, written: str) -> str:
    """Return what is searched for in words: as it was written, unless photos or pictures stand in it."""
    found = chips(query)
    return ", ".join(chip.label for chip in found) if any(chip.example for chip in found) else written


def error_chips(error: QueryError) -> list[Chip]:
    """Return the chips of a query that cannot be read, those to blame with their problems: the one, if that is all."""
    if error.query:
        blamed = [_problem(node, error) for node in error.query.conditions for _ in pieces(node)]
        found = zip(chips(error.query), blamed, strict=True)
        return [replace(chip, problem=problem, example=None) for chip, problem in found]  # nobody looks for pictures
    rest = f"{error.source[: error.start]} {error.source[error.end :]}"
    return [Chip(error.piece, " ".join(rest.split()), problem=str(error.detail))]


def _problem(node: Node, error: QueryError) -> str:
    return " ".join(str(error.wrong[part].detail) for part in walk(node) if part in error.wrong)


def _swatch(node: Node) -> str:
    node = node.child if isinstance(node, Not) else node
    operator = operator_of(node.name) if isinstance(node, Field) else None
    return operator.swatch(node.value) if operator and isinstance(node, Field) else ""


def _joined(conditions: tuple[Node, ...], otherwise: tuple[Node, ...]) -> str:
    """Write conditions, or where these cannot stand side by side, such as words beside a sum, the others."""
    if len(conditions) < 2:
        return "".join(map(str, conditions))
    text = str(And(conditions))
    try:
        return text if parse(text).root == And(conditions) else str(And(otherwise))
    except QueryError:
        return str(And(otherwise))
