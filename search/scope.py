"""Which photos an answer may come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf

# So many ids are listed and handed to the indexes; more are asked about, those that the indexes propose.
MOST_LISTED = 20_000


@dataclass(frozen=True, eq=False)
class Scope:
    """The photos the database allows. Where they are few, their ids are known, ascending."""

    photos: PhotoQuerySet
    ids: np.ndarray | None = None
    with_archive: bool = False

    @classmethod
    def of_user(cls, user: User) -> Self:
        """All that the user may see and lists show. They are never listed: nobody knows how many there are."""
        return cls(Photo.objects.visible_to(user).listed())

    @classmethod
    def filtered(cls, photos: PhotoQuerySet, with_archive: bool) -> Self:
        """Photos of one user that a condition allows."""
        ids = _ids_of(photos, MOST_LISTED + 1)
        return cls(photos, ids if len(ids) <= MOST_LISTED else None, with_archive)

    def within(self, ids: np.ndarray) -> Scope:
        """Return the part of it among these ids."""
        return Scope(self.photos, self.among(ids), self.with_archive)

    def among(self, ids: np.ndarray) -> np.ndarray:
        """Return those of these ids that are allowed, ascending."""
        if self.ids is not None:
            return np.intersect1d(self.ids, ids)
        return _ids_of(self.photos.filter(pk__in=OneOf(ids.tolist())))

    def every_id(self) -> np.ndarray:
        if self.ids is not None:
            return self.ids
        return _ids_of(self.photos)

    def archived_ids(self) -> np.ndarray:
        """Return the ids among them that no vector index holds."""
        if not self.with_archive:
            return np.empty(0, np.int64)
        return _ids_of(self.photos.archived())


def _ids_of(photos: PhotoQuerySet, most: int | None = None) -> np.ndarray:
    """Return the ids, ascending; of more than `most`, whichever come first.

    They are sorted here: told to do it, the database goes by an order and not by the index that fits best.
    """
    return np.sort(np.fromiter(photos.order_by().values_list("pk", flat=True)[:most], dtype=np.int64))
