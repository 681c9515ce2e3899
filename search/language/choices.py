"""Facts that are one of a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import Q

from accounts.models import User
from search.facts.sources import Source
from search.language.errors import BadValue
from search.language.folding import fold
from search.language.kinds import Fact


@dataclass(frozen=True)
class Option:
    """One of the words a choice takes."""

    name: str
    condition: Callable[[], Q]
    aliases: tuple[str, ...] = ()
    reads: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChoiceFact(Fact[str]):
    """One of a few words; other parts of the project add theirs as their data comes to be."""

    options: dict[str, Option] = field(default_factory=dict)
    kind: ClassVar[str] = "choice"

    @property
    def sources(self) -> tuple[Source, ...]:
        return (*self.reads, *(source for option in self.options.values() for source in option.reads))

    @property
    def allowed(self) -> str:
        return f"{self.name}: takes one of {', '.join(sorted(self.options))}."

    def add(self, *options: Option) -> None:
        """Take more words; raises ValueError for one that is there already."""
        for option in options:
            if option.name in self.options:
                raise ValueError(f"{self.name}:{option.name} exists already")
            self.options[option.name] = option

    def read(self, text: str) -> str:
        word = fold(text)
        for option in self.options.values():
            if word == option.name or word in option.aliases:
                return option.name
        raise BadValue

    def matches(self, value: str, user: User) -> Q:  # noqa: ARG002 - the same for everybody
        return self.options[value].condition()

    def complete(self, typed: str, user: User) -> Sequence[str]:  # noqa: ARG002 - the same for everybody
        return [name for name in sorted(self.options) if name.startswith(fold(typed))]
