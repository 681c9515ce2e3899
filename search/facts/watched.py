"""All that facts are read from."""

from __future__ import annotations

from collections.abc import Iterator

from search.facts.sources import VISIBILITY, Source
from search.language import operators
from search.language.kinds import Fact


def watched() -> Iterator[Source]:
    """Yield every source of every fact there is, some of them more than once."""
    yield VISIBILITY
    for operator in operators():
        if isinstance(operator, Fact):
            yield from operator.sources
