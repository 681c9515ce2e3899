"""What the alternatives of a query have in common, asked once.

`(dog OR cat) (beach OR sea)` is four searches, of only four words and in about the same photos. While such a query is
answered, what one alternative has found out serves the others: for the time of that query, in its thread, and no
longer. A query with one alternative remembers nothing, so that it does no more than before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from search.idlists import NO_IDS, among

P = ParamSpec("P")
T = TypeVar("T")
Asked = tuple[np.ndarray, np.ndarray]  # ids, ascending, and what is told of each, shape (n, ...)

_MOST = 16_384  # ids of a question: vectors of so many are 32 MB

_common: ContextVar[dict[Hashable, Any] | None] = ContextVar("common", default=None)


@contextmanager
def sharing(*, worthwhile: bool) -> Iterator[None]:
    """Let what `once` and `each_once` are asked within be asked a single time, where that is worthwhile."""
    token = _common.set({}) if worthwhile and not is_shared() else None
    try:
        yield
    finally:
        if token is not None:
            _common.reset(token)


def is_shared() -> bool:
    return _common.get() is not None


def once(question: Hashable, answer: Callable[[], T]) -> T:
    """Return the answer to a question, the one that was given before where answers are shared."""
    known = _common.get()
    if known is None:
        return answer()
    if question not in known:
        known[question] = answer()
    found: T = known[question]
    return found


def asked_once(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function of hashable arguments that is asked once for each of them, as `once` is."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        return once((function, args, *kwargs.items()), lambda: function(*args, **kwargs))

    return asked


def each_once(question: Hashable, ids: np.ndarray, ask: Callable[[np.ndarray], Asked]) -> Asked:
    """Return what is told of these ids (ascending): of those that have it, and only of them `ask` returns something.

    Where answers are shared, `ask` is told those ids alone that it was not asked about before, as long as not more is
    remembered than there is room for.
    """
    return once(question, _Known).of(ids, ask) if is_shared() else ask(ids)


class _Known:
    """What is known of ids, in the order in which it came to be."""

    def __init__(self) -> None:
        self._asked = NO_IDS
        self._ids, self._places = NO_IDS, NO_IDS
        self._told = np.empty(0)
        self._count = 0

    def of(self, ids: np.ndarray, ask: Callable[[np.ndarray], Asked]) -> Asked:
        new = ids[~among(self._asked, ids)]
        if self._count + len(new) > _MOST:
            return ask(ids)
        if len(new):
            self._asked = _merged(self._asked, new)
            self._learn(*ask(new))
        there = ids[among(self._ids, ids)]
        return there, self._told[self._places[np.searchsorted(self._ids, there)]]

    def _learn(self, ids: np.ndarray, told: np.ndarray) -> None:
        if not len(ids):
            return
        after = self._count + len(ids)
        if after > len(self._told):  # room is doubled, so that n ids are moved O(n) times
            room = np.empty((max(after, 2 * len(self._told)), *told.shape[1:]), told.dtype)
            room[: self._count] = self._told[: self._count].reshape(self._count, *told.shape[1:])
            self._told = room
        self._told[self._count : after] = told
        at = np.searchsorted(self._ids, ids)
        self._ids = np.insert(self._ids, at, ids)
        self._places = np.insert(self._places, at, np.arange(self._count, after))
        self._count = after


def _merged(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.insert(some, np.searchsorted(some, others), others)
