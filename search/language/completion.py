"""What can follow while a query is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accounts.models import User
from search.language import writing
from search.language.fields import operator_of, operators

_INSIDE = rf"[{writing.QUOTES}](?P<quoted>[^{writing.QUOTES}]*)"
_VALUE = re.compile(rf"(?:^|[ (])-?(?P<piece>(?P<name>\w+):(?:{_INSIDE}|(?P<bare>[^ ()]*)))$")
_NAME = re.compile(r"(?:^|[ (])-?(?P<piece>(?P<name>\w+))$")


@dataclass(frozen=True)
class Completion:
    text: str  # the whole query, with what is offered in the place of its last piece
    label: str
    help: str
    swatch: str = ""  # a colour to show with it, `#rrggbb`


def complete(text: str, user: User) -> list[Completion]:
    """Offer fields for the beginning of a name, and values of this user's library for the beginning of a value."""
    if match := _VALUE.search(text):
        return _values(text[: match.start("piece")], match, user)
    if match := _NAME.search(text):
        before, typed = text[: match.start("piece")], match["name"].lower()
        fitting = [operator for operator in operators() if operator.name.startswith(typed)]
        return [Completion(f"{before}{operator.name}:", f"{operator.name}:", operator.help) for operator in fitting]
    return []


def _values(before: str, match: re.Match[str], user: User) -> list[Completion]:
    operator = operator_of(match["name"])
    if operator is None:
        return []
    typed = match["bare"] if match["quoted"] is None else match["quoted"]
    values = operator.complete(typed, user)
    pieces = [(f"{operator.name}:{writing.value(value)}", operator.swatch(value)) for value in values]
    return [Completion(f"{before}{piece} ", piece, operator.help, swatch) for piece, swatch in pieces]
