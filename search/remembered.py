"""Answers that a process remembers for as long as the library stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from search.facts.log import position
from search.models import Library

# Vectors and facts that change count at once. Words send no news, and facts none on PostgreSQL: hence the end.
SECONDS = 60
_UNKNOWN = object()


class Memory:
    """What was found out about the library as it was when this was made; what questions are, their repr() tells."""

    def __init__(self) -> None:
        self._position = Library.position(), position()

    def recall(self, *question: object) -> Any:
        """Return what is remembered; raises LookupError."""
        answer = cache.get(self._key(question), _UNKNOWN)
        if answer is _UNKNOWN:
            raise LookupError(question)
        return answer

    def ask(self, answer: Callable[[], Any], *question: object) -> Any:
        """Return what is remembered, else find it out and remember it."""
        try:
            return self.recall(*question)
        except LookupError:
            found = answer()
            cache.set(self._key(question), found, SECONDS)
            return found

    def _key(self, question: tuple[object, ...]) -> str:
        return f"search.{hashlib.sha256(repr((self._position, question)).encode()).hexdigest()}"
