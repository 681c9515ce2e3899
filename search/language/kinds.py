"""Kinds of operators: what values each reads, what it allows and what it means for photos."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Generic, TypeVar

from django.db.models import Q

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from search.facts.sources import Source, of_photo
from search.language.errors import BadValue
from search.language.examples import read_examples
from search.language.folding import fold
from search.language.nodes import Similar
from search.language.occurring import days_of, numbers_of, points_of
from search.language.values import Area, Dates, Numbers, read_area, read_dates, read_numbers, read_period

V = TypeVar("V")

MOST_OFFERED = 10  # values for what was typed


@dataclass(frozen=True, kw_only=True)
class Operator(ABC, Generic[V]):
    """A word before a colon, and what may follow it."""

    name: str
    help: str  # one sentence for the page
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    kind: ClassVar[str]

    @property
    @abstractmethod
    def allowed(self) -> str:
        """Say what it takes, for who gave it something else."""

    @abstractmethod
    def read(self, text: str) -> V:
        """Return the value that was written, of which str() is the canonical form; raises BadValue."""

    def complete(self, typed: str, user: User) -> Sequence[str]:  # noqa: ARG002 - most kinds know no values to offer
        """Return values that begin with what was typed and mean something in this user's library, likeliest first."""
        return ()

    def swatch(self, value: V) -> str:  # noqa: ARG002 - most kinds have nothing to do with colours
        """Return the colour to show beside a value, `#rrggbb`; "" for none."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Fact(Operator[V]):
    """An operator that the database decides."""

    reads: tuple[Source, ...] = ()  # what the condition looks at: answers are kept until that changes

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.reads

    @abstractmethod
    def matches(self, value: V, user: User) -> Q:
        """Return the condition on a photo: true or false, never NULL, so that its negation is exact."""


@dataclass(frozen=True, kw_only=True)
class Occurring(Fact[V]):
    """A fact of which those values are worth offering that photos have."""

    @abstractmethod
    def occurring(self, typed: str, user: User, photos: PhotoQuerySet) -> Iterable[str]:
        """Return values with results among these photos of a user that begin as typed, likeliest first."""

    def complete(self, typed: str, user: User) -> Sequence[str]:
        return list(islice(self.occurring(typed, user, Photo.objects.visible_to(user).listed()), MOST_OFFERED))


@dataclass(frozen=True, kw_only=True)
class TextFact(Occurring[str]):
    condition: Callable[[str, User], Q]
    known: Callable[[str, User, PhotoQuerySet], Sequence[str]]  # values of a user's photos that begin as typed
    normal: Callable[[str], str] = str.strip
    kind: ClassVar[str] = "text"

    @property
    def allowed(self) -> str:
        return f"{self.name}: takes a text, in quotes where it has spaces."

    def read(self, text: str) -> str:
        if not fold(value := self.normal(text)):
            raise BadValue
        return value

    def matches(self, value: str, user: User) -> Q:
        return self.condition(value, user)

    def occurring(self, typed: str, user: User, photos: PhotoQuerySet) -> Sequence[str]:
        return self.known(typed, user, photos)


@dataclass(frozen=True, kw_only=True)
class NumberFact(Occurring[Numbers]):
    """A number in a column; values that differ by no more than `slack` are equal, as they are to who reads them."""

    column: str
    sign: str = ""  # that may stand before a number
    unit: str = ""  # and behind it
    slack: float = 0.0  # 0: whole numbers only
    kind: ClassVar[str] = "number"

    @property
    def sources(self) -> tuple[Source, ...]:
        return (*self.reads, of_photo(self.column))

    @property
    def allowed(self) -> str:
        what = "a number" if self.slack else "a whole number"
        return f"{self.name}: takes {what}, alone, after <, <=, > or >=, or two with .. between."

    def read(self, text: str) -> Numbers:
        written = "".join(text.lower().split())
        numbers = read_numbers((written.replace(self.sign, "") if self.sign else written).removesuffix(self.unit))
        bounds = [bound for bound in (numbers.low, numbers.high) if bound is not None]
        if not self.slack and any(bound != int(bound) for bound in bounds):
            raise BadValue
        return numbers

    def matches(self, value: Numbers, user: User) -> Q:  # noqa: ARG002 - the same for everybody
        condition = Q(**{f"{self.column}__isnull": False})
        if value.low is not None:
            lookup, bound = ("gt", value.low + self.slack) if value.low_open else ("gte", value.low - self.slack)
            condition &= Q(**{f"{self.column}__{lookup}": bound})
        if value.high is not None:
            lookup, bound = ("lt", value.high - self.slack) if value.high_open else ("lte", value.high + self.slack)
            condition &= Q(**{f"{self.column}__{lookup}": bound})
        return condition

    def occurring(self, typed: str, user: User, photos: PhotoQuerySet) -> Sequence[str]:  # noqa: ARG002 - of whom, the photos tell
        return numbers_of(self.column, typed, photos)


@dataclass(frozen=True, kw_only=True)
class DateFact(Occurring[Dates]):
    """Days on the wall where the photo was taken: a span of them, or one period to come before or after."""

    condition: Callable[[Dates], Q]
    spans: bool = False
    kind: ClassVar[str] = "date"

    @property
    def allowed(self) -> str:
        spans = ", or two of these with .. between" if self.spans else ""
        return f"{self.name}: takes a year, a month or a day: 2024, 2024-07, 2024-07-15{spans}."

    def read(self, text: str) -> Dates:
        return read_dates(text) if self.spans else read_period(text)

    def matches(self, value: Dates, user: User) -> Q:  # noqa: ARG002 - the same for everybody
        return self.condition(value)

    def occurring(self, typed: str, user: User, photos: PhotoQuerySet) -> Iterator[str]:  # noqa: ARG002 - the same
        """Yield periods with photos; of a span its end, and before or after a period only where photos are there."""
        first, dots, last = typed.rpartition("..") if self.spans else ("", "", typed)
        for day in days_of(last, photos):
            with suppress(BadValue):  # it ends before it begins
                if self.spans and not dots:
                    yield day
                elif photos.filter(self.condition(self.read(f"{first}{dots}{day}"))).exists():
                    yield f"{first}{dots}{day}"


@dataclass(frozen=True, kw_only=True)
class AreaFact(Occurring[Area]):
    condition: Callable[[Area], Q]
    kind: ClassVar[str] = "area"

    @property
    def allowed(self) -> str:
        return f"{self.name}: takes latitude, longitude and a radius: 48.85,2.35,5km (or m, or mi)."

    def read(self, text: str) -> Area:
        return read_area(text)

    def matches(self, value: Area, user: User) -> Q:  # noqa: ARG002 - the same for everybody
        return self.condition(value)

    def occurring(self, typed: str, user: User, photos: PhotoQuerySet) -> Sequence[str]:  # noqa: ARG002 - the same
        return points_of(typed, photos)


class PhotoOperator(Operator[Similar]):
    """Photos by their numbers, or regions of them: a wish of the ranking, no fact."""

    kind: ClassVar[str] = "photo"

    @property
    def allowed(self) -> str:
        return (
            f"{self.name}: takes the number of a photo, several with commas between, or a part of one: "
            f"12@0.1,0.2,0.5,0.5 (left, top, width and height, as fractions)."
        )

    def read(self, text: str) -> Similar:
        return Similar(read_examples(text))
