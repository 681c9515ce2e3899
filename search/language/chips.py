"""A query as pieces that can be taken away one by one."""

from __future__ import annotations

from dataclasses import dataclass

from search.language.errors import QueryError
from search.language.nodes import And, Node, Query, Words


@dataclass(frozen=True)
class Chip:
    label: str
    without: str  # the query without this piece, empty where nothing is left
    problem: str = ""  # why the query cannot be read, on the piece that is to blame


def chips(query: Query) -> list[Chip]:
    """Return a chip for each condition that must hold."""
    conditions = query.conditions
    return [Chip(_label(node), _joined(conditions[:at] + conditions[at + 1 :])) for at, node in enumerate(conditions)]


def error_chips(error: QueryError) -> list[Chip]:
    """Return the one chip of a query that cannot be read."""
    rest = f"{error.source[: error.start]} {error.source[error.end :]}"
    return [Chip(error.piece, " ".join(rest.split()), problem=str(error.detail))]


def _label(node: Node) -> str:
    return node.text if isinstance(node, Words) and not node.exact else str(node)


def _joined(conditions: tuple[Node, ...]) -> str:
    return str(And(conditions))
