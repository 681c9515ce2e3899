"""How many photos answer a query, and what they have: the counts that narrow it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from search.facets import Facet, facets
from search.facets.keeping import counter
from search.language import And, BadValue, Field, Query, operator_of, parse
from search.ranking.answers import answers_to
from search.ranking.modes import Mode
from search.ranking.queries import LONGEST_ASKED, clean

MOST = 50  # values of each facet


@dataclass(frozen=True)
class Value:
    """A value of a facet, as a field of the query, and how many answers the query has with it."""

    name: str
    count: int
    field: Field
    is_asked: bool  # the query says so already
    query: str  # with the field, without it where it is asked; empty where that were too long, or nothing is left
    swatch: str = ""  # a colour to show with it, `#rrggbb`


@dataclass(frozen=True)
class Group:
    facet: Facet
    values: Sequence[Value]


@dataclass(frozen=True)
class Totals:
    query: Query
    total: int
    groups: Sequence[Group]


def totals(text: str, user: User, mode: Mode) -> Totals:
    """Count the strong answers to a query, and by each facet the values most of them have; raises what `find` does.

    Every count is how many answers the query has together with the field of the value.
    """
    query = parse(clean(text), lenient=mode is Mode.SEMANTIC)
    ids = answers_to(query, user, mode)
    counting = counter()
    return Totals(
        query, len(ids), [Group(one, _values(one, query, counting.counts(one, ids, user))) for one in facets()]
    )


def _values(facet: Facet, query: Query, counts: dict[str, int]) -> list[Value]:
    values = []
    for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count and (field := _field(facet, name)):
            values.append(_value(name, count, field, query))
        if len(values) == MOST:
            break
    return values


def _field(facet: Facet, name: str) -> Field | None:
    """Return the field that finds this value, None where no field can say it."""
    operator = operator_of(facet.field)
    try:
        return Field(facet.field, operator.read(name)) if operator else None
    except BadValue:
        return None


def _value(name: str, count: int, field: Field, query: Query) -> Value:
    rest = tuple(node for node in query.conditions if node != field)
    is_asked = len(rest) < len(query.conditions)
    other = str(And(rest if is_asked else (*rest, field)))
    operator = operator_of(field.name)
    swatch = operator.swatch(field.value) if operator else ""
    return Value(name, count, field, is_asked, other if len(other) <= LONGEST_ASKED else "", swatch)
