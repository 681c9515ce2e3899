"""What can be wrong with a query, in words for the person who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.errors import BadQuery

if TYPE_CHECKING:
    from search.language.nodes import Node, Query


class BadValue(ValueError):  # noqa: N818 - a problem of who writes, named as the others are
    """A field was given a value it does not take; says why where there is more to say than what is allowed."""


class QueryError(BadQuery):
    """A query that cannot be read: what is wrong, in which piece of `source`, and what would be allowed there."""

    def __init__(
        self, problem: str, source: str, start: int, end: int, *, field: str = "", value: str = "", allowed: str = ""
    ) -> None:
        self.source = source
        self.start, self.end = start, end  # of the piece that is wrong, as a slice of `source`
        self.field, self.value, self.allowed = field, value, allowed
        # Where the rest can be read all the same: the whole query, and the pieces of it that are wrong.
        self.query: Query | None = None
        self.wrong: dict[Node, QueryError] = {}
        sentences = [problem, f"(Character {start + 1}.)", allowed]
        super().__init__(" ".join(filter(None, sentences)))

    @property
    def piece(self) -> str:
        return self.source[self.start : self.end]
