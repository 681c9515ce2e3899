"""The registry of operators: parser, filters, completion and the page's help read it, other parts add to it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from search.facts.sources import READERS, Source
from search.language.kinds import Fact, Operator
from search.language.values import WEIGHT

_operators: dict[str, Operator[Any]] = {}
_names: dict[str, str] = {}  # every name and alias, with the name it stands for
# What other programs call them.
_CALLED_ELSEWHERE = {
    "year": "taken", "month": "taken", "day": "taken", "when": "taken", "since": "after", "until": "before",
    "location": "place", "where": "place", "region": "place", "state": "place", "gps": "near", "keywords": "tag",
    "label": "tag", "subject": "tag", "stars": "rating", "star": "rating", "make": "camera", "model": "camera",
    "face": "person", "in": "album", "folder": "album", "filetype": "type", "ext": "type", "favorite": "is",
}  # fmt: skip


def register(operator: Operator[Any]) -> None:
    """Let queries use an operator; raises ValueError where one of its names is taken."""
    names = (operator.name, *operator.aliases)
    if taken := [name for name in names if name in _names]:
        raise ValueError(f"taken already: {', '.join(taken)}")
    _operators[operator.name] = operator
    _names.update(dict.fromkeys(names, operator.name))


def operator_of(name: str) -> Operator[Any] | None:
    """Return the operator of a name or alias, in whatever case; None for an unknown one."""
    known = _names.get(name.lower())
    return _operators[known] if known else None


def operators() -> list[Operator[Any]]:
    """Return all operators by name, for the page that explains the language."""
    return [_operators[name] for name in sorted(_operators)]


def _sources() -> Iterator[Source]:
    """Yield what the facts of all operators are read from."""
    for operator in _operators.values():
        if isinstance(operator, Fact):
            yield from operator.sources


READERS.append(_sources)


def instead_of(name: str, value: str) -> str:
    """Say what an unknown name should perhaps be, and what names there are; of a number, how it is written."""
    if WEIGHT.fullmatch(name):
        if value[:1].isdigit():
            return f'A time of day goes in quotes: "{name}:{value}".'
        return 'In a sum a weight stands before a text, such as in similar:12 + 0.5:"at night". Put text in quotes.'
    known = _CALLED_ELSEWHERE.get(name.lower(), "")
    close = [known] if known in _operators else get_close_matches(name.lower(), _names, n=1)
    perhaps = f"Perhaps {close[0]}: is meant. " if close else ""
    return f"{perhaps}Fields are {', '.join(f'{name}:' for name in sorted(_operators))}; plain text goes in quotes."
