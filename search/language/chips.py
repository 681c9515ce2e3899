"""A query as pieces that can be taken away one by one."""

from __future__ import annotations

from dataclasses import dataclass

from search.language.errors import QueryError
from search.language.fields import operator_of
from search.language.nodes import And, Field, Node, Not, Query, Words


@dataclass(frozen=True)
class Chip:
    label: str
    without: str  # the query without this piece, empty where nothing is left
    problem: str = ""  # why the query cannot be read, on the piece that is to blame
    swatch: str = ""  # the colour it is about, `#rrggbb`


def chips(query: Query) -> list[Chip]:
    """Return a chip for each condition that must hold."""
    conditions = query.conditions
    return [
        Chip(_label(node), _joined(conditions[:at] + conditions[at + 1 :]), swatch=_swatch(node))
        for at, node in enumerate(conditions)
    ]


def error_chips(error: QueryError) -> list[Chip]:
    """Return the one chip of a query that cannot be read."""
    rest = f"{error.source[: error.start]} {error.source[error.end :]}"
    return [Chip(error.piece, " ".join(rest.split()), problem=str(error.detail))]


def _label(node: Node) -> str:
    return node.text if isinstance(node, Words) and not node.exact else str(node)


def _swatch(node: Node) -> str:
    node = node.child if isinstance(node, Not) else node
    operator = operator_of(node.name) if isinstance(node, Field) else None
    return operator.swatch(node.value) if operator and isinstance(node, Field) else ""


def _joined(conditions: tuple[Node, ...]) -> str:
    return str(And(conditions))
