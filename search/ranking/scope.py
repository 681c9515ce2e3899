"""Which photos an answer may come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from search.facts.allowed import allowed_ids
from search.filters import holding
from search.idlists import among, ids_of
from search.language import Node
from search.once import Asked, each_once, once

# So many ids the database is asked about at once.
_MOST_ASKED = 20_000


@dataclass(frozen=True, eq=False)
class Scope:
    """The photos the database allows a user. Where more than visibility decides, their ids are known: ascending."""

    user: User | None
    facts: tuple[Node, ...] = ()
    with_archive: bool = False
    ids: np.ndarray | None = None

    @classmethod
    def of_user(cls, user: User) -> Self:
        """All that the user may see and lists show. They are never listed: nobody knows how many there are."""
        return cls(user)

    @classmethod
    def of_everybody(cls) -> Self:
        """All that lists show to whom it may concern: for measuring, never for an answer."""
        return cls(None)

    @classmethod
    def of_facts(cls, facts: Sequence[Node], user: User, with_archive: bool) -> Self:
        """Photos of this user about which all of this is so."""
        holds = tuple(facts)
        question = "of facts", user, holds, with_archive
        ids = once(question, lambda: allowed_ids(holds, user, with_archive)) if holds else None
        return cls(user, holds, with_archive, ids)

    @cached_property
    def photos(self) -> PhotoQuerySet:
        """What the facts allow, for the database to go through in some order; `within` is not in it."""
        if self.user is None:
            return Photo.objects.listed()
        return holding(self.facts, self.user, self.with_archive)

    def within(self, ids: np.ndarray) -> Scope:
        """Return the part of it among these ids."""
        return replace(self, ids=self.among(ids))

    def among(self, ids: np.ndarray) -> np.ndarray:
        """Return those of these ids that are allowed, ascending."""
        if self.ids is not None or len(ids) > _MOST_ASKED:
            return np.sort(ids[among(self.every_id(), ids)])
        return each_once(("allowed", self.user, self.facts, self.with_archive), np.sort(ids), self._asked_among)[0]

    def _asked_among(self, ids: np.ndarray) -> Asked:
        allowed = ids_of(self.photos.filter(pk__in=OneOf(ids.tolist())))
        return allowed, allowed

    def every_id(self) -> np.ndarray:
        if self.ids is not None:
            return self.ids
        if self.user is None:
            return ids_of(self.photos)
        return allowed_ids(self.facts, self.user, self.with_archive)

    def newest_ids(self, count: int) -> list[int]:
        """Return so many of the newest among them, in any order."""
        if self.ids is not None:  # the database would look for rare facts in photo after photo
            return self.ids[-count:].tolist()
        return list(self.photos.order_by("-pk").values_list("pk", flat=True)[:count])

    def archived_ids(self) -> np.ndarray:
        """Return the ids among them that no vector index holds."""
        if not self.with_archive:
            return np.empty(0, np.int64)
        return ids_of(self.photos.archived())
