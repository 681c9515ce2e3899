"""Which photos have what, as two columns that numpy counts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from photos.oneof import OneOf
from search.facets.base import Facet, Key
from search.idlists import NO_IDS, among

_AT_ONCE = 20_000
_FEW_KEYS = 2**16


@dataclass(frozen=True, eq=False)
class Relation:
    """Photos and what each has, by its place among the keys; one that has several things is there several times."""

    keys: tuple[Key, ...]
    photos: np.ndarray  # int32 while ids are small enough
    places: np.ndarray  # uint16 while keys are few enough

    @classmethod
    def of_all(cls, facet: Facet) -> Self:
        return cls._read(facet, facet.pairs())

    @classmethod
    def of(cls, facet: Facet, ids: np.ndarray) -> Self:
        """Read it of these photos only."""
        some = facet.rows()
        chunks = [ids[start : start + _AT_ONCE].tolist() for start in range(0, len(ids), _AT_ONCE)]
        pairs = [some.filter(**{f"{facet.photo}__in": OneOf(chunk)}) for chunk in chunks]
        parts = [cls._read(facet, part.order_by().values_list(facet.key, facet.photo)) for part in pairs]
        return cls._united(parts)

    @classmethod
    def _read(cls, facet: Facet, pairs: QuerySet[Any, Any]) -> Self:
        if facet.numbered and connection.vendor == "sqlite":
            numbers, photos = _columns(pairs)
            there = np.bincount(numbers) > 0
            return cls._packed(tuple(np.flatnonzero(there).tolist()), photos, (np.cumsum(there) - 1)[numbers])
        found = _grouped(pairs)
        listed = [ids for _, ids in found]
        places = np.repeat(np.arange(len(found)), [len(ids) for ids in listed])
        return cls._packed(tuple(key for key, _ in found), np.concatenate([NO_IDS, *listed]), places)

    @classmethod
    def _packed(cls, keys: tuple[Key, ...], photos: np.ndarray, places: np.ndarray) -> Self:
        small = not len(photos) or photos.max() <= np.iinfo(np.int32).max
        width = np.uint16 if len(keys) < _FEW_KEYS else np.int32
        return cls(keys, photos.astype(np.int32 if small else np.int64, copy=False), places.astype(width, copy=False))

    @classmethod
    def _united(cls, parts: Sequence[Self]) -> Self:
        place_of: dict[Key, int] = {}
        for part in parts:
            for key in part.keys:
                place_of.setdefault(key, len(place_of))
        moved = [np.array([place_of[key] for key in part.keys], dtype=np.int64)[part.places] for part in parts]
        photos = np.concatenate([NO_IDS, *(part.photos for part in parts)])
        return cls._packed(tuple(place_of), photos, np.concatenate([NO_IDS, *moved]))

    def mended(self, changed: np.ndarray, now: Self) -> Self:
        """Return it with what these photos (ascending) had replaced by what they have now."""
        keep = ~among(changed, self.photos)
        return self._united([type(self)(self.keys, self.photos[keep], self.places[keep]), now])

    def counts(self, facet: Facet, ids: np.ndarray, user: User) -> dict[str, int]:
        """Return how many of these photos of a user (ascending ids) each value of the facet finds."""
        counted = among(ids, self.photos)
        places, photos = self.places[counted], self.photos[counted]
        rows = np.bincount(places, minlength=len(self.keys))
        present = {self.keys[place]: place for place in np.flatnonzero(rows).tolist()}
        counts: dict[str, int] = {}
        for entry in facet.entries(list(present), user):
            having = [present[key] for key in entry.keys]
            several = len(having) > 1  # a photo may have several of them
            counts[entry.name] = len(np.unique(photos[np.isin(places, having)])) if several else int(rows[having[0]])
        return counts


def _columns(pairs: QuerySet[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return both columns, in whatever order the database reads its rows quickest."""
    found = _asked(pairs, "SELECT group_concat(key), group_concat(photo) FROM pairs")
    keys, photos = (
        np.fromstring(listed or "", dtype=np.int64, sep=",") for listed in (found[0] if found else ("", ""))
    )
    return keys, photos


def _grouped(pairs: QuerySet[Any, Any]) -> list[tuple[Key, np.ndarray]]:
    """Return each key with its photos. SQLite lists them in one text a key: a row for each would take far longer."""
    if connection.vendor != "sqlite":
        found: dict[Key, list[int]] = {}
        for key, photo in pairs.iterator():
            found.setdefault(key, []).append(photo)
        return [(key, np.array(photos, dtype=np.int64)) for key, photos in found.items()]
    listed = _asked(pairs, "SELECT key, group_concat(photo) FROM pairs GROUP BY key")
    return [(key, np.fromstring(photos, dtype=np.int64, sep=",")) for key, photos in listed]


def _asked(pairs: QuerySet[Any, Any], question: str) -> list[Any]:
    try:
        sql, params = pairs.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"WITH pairs(key, photo) AS ({sql}) {question}", params)
        return list(cursor.fetchall())
