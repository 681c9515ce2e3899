"""The different names in a column of somebody's photos: read once, then joined by those of photos that changed."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from search.facts.keeping import Kept
from search.facts.log import Position, changed, position

MOST = 20_000  # different names of one person that are looked through
_MOST_BYTES = 8_000_000
_BYTES_OF_A_NAME = 150


@dataclass(frozen=True, eq=False)
class _Names:
    position: Position
    names: frozenset[str]

    @property
    def nbytes(self) -> int:
        return _BYTES_OF_A_NAME * len(self.names)


_kept: Kept[_Names] = Kept(_MOST_BYTES)


def names_in(column: str, user: User) -> frozenset[str]:
    """Return the names in a column of the photos this user sees, perhaps with some that were there before."""
    now = position()
    if now is None:
        return _names(column, Photo.objects.visible_to(user))
    key = column, user.pk
    before = _kept.get(key)
    news = changed(before.position, now) if before else None
    if before is None or news is None or len(before.names) > 2 * MOST:
        names = _names(column, Photo.objects.visible_to(user))
    elif not len(news):
        return before.names
    else:
        names = before.names | _names(column, Photo.objects.visible_to(user).filter(pk__in=OneOf(news.tolist())))
    _kept.put(key, _Names(now, names))
    return names


def _names(column: str, photos: PhotoQuerySet) -> frozenset[str]:
    named = photos.exclude(**{column: ""}).order_by(column)
    return frozenset(named.values_list(column, flat=True).distinct()[:MOST])
