"""Values of fields that are worth offering: those with results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from accounts.models import User
from photos.models import Photo
from photos.oneof import OneOf
from search.facts.allowed import allowed_ids
from search.language import Begun, Completion, Field, Not, completed
from search.language.folding import fold
from search.language.kinds import Fact, TextFact
from search.remembered import Memory
from search.suggesting.answering import best_answers
from search.suggesting.tag_counts import tags_among, tags_of

_ARCHIVED = Field("is", "archived")  # whatever names it looks into the archive too


def values(begun: Begun, user: User, among: Collection[int] | None, memory: Memory) -> Iterator[Completion]:
    """Yield the values that begin as typed and have results, among these photos where some are given."""
    if not isinstance(begun.operator, Fact):
        return
    is_named = isinstance(begun.operator, TextFact) and not begun.before.endswith("-")
    for value in _known(begun, user, among, memory):
        # Names are those of photos that are there.
        if is_named or _has_results(begun, value, user, among):
            yield completed(begun, value)


def _known(begun: Begun, user: User, among: Collection[int] | None, memory: Memory) -> Iterable[str]:
    """Return values that begin as typed, likeliest first."""
    operator = begun.operator
    if operator.name == "tag":
        counts = tags_of(user, begun.typed, memory) if among is None else tags_among(among, begun.typed)
        return (tag.name for tag in counts)
    if not isinstance(operator, TextFact):
        return operator.complete(begun.typed, user)
    photos = Photo.objects.visible_to(user).listed()
    if among is not None:
        return operator.known(begun.typed, user, photos.filter(pk__in=OneOf(among)))
    every = memory.ask(lambda: operator.known("", user, photos), "values", operator.name, user.pk)
    return (name for name in every if fold(name).startswith(fold(begun.typed)))


def _has_results(begun: Begun, value: str, user: User, among: Collection[int] | None) -> bool:
    node = Field(begun.operator.name, begun.operator.read(value))
    if node == _ARCHIVED:
        return bool(best_answers(completed(begun, value).text, user, limit=1))
    found = allowed_ids([Not(node) if begun.before.endswith("-") else node], user, with_archive=False)
    if among is None:
        return bool(len(found))
    return bool(np.isin(np.fromiter(among, dtype=np.int64, count=len(among)), found).any())
