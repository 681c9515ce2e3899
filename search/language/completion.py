"""What can follow while a query is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from search.language import writing
from search.language.fields import operator_of, operators
from search.language.kinds import Operator
from search.language.unfinished import Standing, standing_before

_INSIDE = rf"[{writing.QUOTES}](?P<quoted>[^{writing.QUOTES}]*)"
_VALUE = re.compile(rf"(?:^|[ (])-?(?P<piece>(?P<name>\w+):(?:{_INSIDE}|(?P<bare>[^ ()]*)))$")
_NAME = re.compile(r"(?:^|[ (])-?(?P<piece>(?P<name>\w+))$")


@dataclass(frozen=True)
class Completion:
    text: str  # the whole query, with what is offered in the place of its last piece
    label: str
    help: str
    swatch: str = ""  # a colour to show with it, `#rrggbb`


@dataclass(frozen=True)
class Begun:
    """A value that is being typed, and what stands before its field."""

    before: str
    operator: Operator[Any]
    typed: str

    @property
    def standing(self) -> Standing:
        """What must be so together with it; raises QueryError where what stands before cannot be read."""
        return standing_before(self.before)


def begun_value(text: str) -> Begun | None:
    """Return the value of a field that the text ends in the midst of."""
    match = _VALUE.search(text)
    operator = operator_of(match["name"]) if match else None
    if match is None or operator is None:
        return None
    typed = match["bare"] if match["quoted"] is None else match["quoted"]
    return Begun(text[: match.start("piece")], operator, typed)


def complete(text: str, user: User) -> list[Completion]:
    """Offer fields for the beginning of a name, and values of this user's library for the beginning of a value."""
    if begun := begun_value(text):
        return [completed(begun, value) for value in begun.operator.complete(begun.typed, user)]
    if match := _NAME.search(text):
        before, typed = text[: match.start("piece")], match["name"].lower()
        fitting = [operator for operator in operators() if operator.name.startswith(typed)]
        return [Completion(f"{before}{operator.name}:", f"{operator.name}:", operator.help) for operator in fitting]
    return []


def completed(begun: Begun, value: str) -> Completion:
    """Return the query with this value in the place of the one that was begun."""
    operator = begun.operator
    piece = f"{operator.name}:{writing.value(value)}"
    return Completion(f"{begun.before}{piece} ", piece, operator.help, operator.swatch(value))
