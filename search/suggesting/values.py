"""Values of fields that are worth offering: those with results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from accounts.models import User
from photos.models import Photo
from photos.oneof import OneOf
from search.filters import holding
from search.language import Begun, Completion, Field, Node, Not, Standing, completed
from search.language.folding import fold
from search.language.kinds import MOST_OFFERED, Fact, Occurring, TextFact
from search.remembered import Memory
from search.suggesting.answering import best_answers
from search.suggesting.tag_counts import tags_among, tags_of

_ARCHIVED = Field("is", "archived")  # whatever names it looks into the archive too

Among = Collection[int] | None  # the photos that answer what stands before; None for all


def values(begun: Begun, standing: Standing, user: User, among: Among, memory: Memory) -> Iterator[Completion]:
    """Yield the values that begin as typed and have results, among these photos where some are given."""
    operator = begun.operator
    if not isinstance(operator, Fact):
        return
    # Names, numbers and days are those of photos that are there.
    is_there = isinstance(operator, Occurring) and not standing.is_excluded
    for value in _known(begun, user, among, memory):
        if is_there or has_results(operator, value, standing, user, among, memory):
            yield completed(begun, value)


def has_results(operator: Fact[Any], value: str, standing: Standing, user: User, among: Among, memory: Memory) -> bool:
    """Tell whether one of the photos has this value, or where that is to be excluded, has it not."""
    node = Field(operator.name, operator.read(value))
    fact = Not(node) if standing.is_excluded else node
    if node == _ARCHIVED:
        return bool(best_answers(f"{standing.text} {fact}", user, limit=1))
    if among is not None:
        return _any(fact, user, among)
    # The first will do. What is rare takes a look at all of them, and so is remembered.
    return bool(memory.ask(lambda: _any(fact, user, None), "has", user.pk, str(fact)))


def _any(fact: Node, user: User, among: Among) -> bool:
    photos = holding([fact], user, with_archive=False).order_by()
    return (photos if among is None else photos.filter(pk__in=OneOf(among))).exists()


def _known(begun: Begun, user: User, among: Among, memory: Memory) -> Iterable[str]:
    """Return values that begin as typed, likeliest first."""
    operator, typed = begun.operator, begun.typed
    if operator.name == "tag":
        counts = tags_of(user, typed, memory) if among is None else tags_among(among, typed)
        return (tag.name for tag in counts)
    if not isinstance(operator, Occurring):
        return operator.complete(typed, user)
    photos = Photo.objects.visible_to(user).listed()
    if among is not None:
        return operator.occurring(typed, user, photos.filter(pk__in=OneOf(among)))
    question = "values", operator.name, user.pk
    if isinstance(operator, TextFact):
        every = memory.ask(lambda: list(operator.occurring("", user, photos)), *question)
        return (name for name in every if fold(name).startswith(fold(typed)))
    first: list[str] = memory.ask(
        lambda: list(islice(operator.occurring(typed, user, photos), MOST_OFFERED)), *question, typed
    )
    return first
