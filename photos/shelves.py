"""The shelves photos stand on in the pages: which photos each shows, what it is called and what it says when empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photos.models import Photo
from photos.paging import Moment

if TYPE_CHECKING:
    from accounts.models import User
    from photos.models.queryset import PhotoQuerySet


@dataclass(frozen=True)
class Shelf:
    name: str  # also the name of its URL
    title: str
    of: Callable[[User], PhotoQuerySet]
    empty_title: str
    empty_text: str
    by: Moment = "taken_at"  # the latest of this first, grouped by its day
    query: str = ""  # what the address of a photo says of the shelf one comes from


GALLERY = Shelf(
    "gallery",
    "Photos",
    lambda user: Photo.objects.visible_to(user).listed(),
    "No photos yet",
    "Drop some anywhere on this page, or choose them from this device.",
)
FAVORITES = Shelf(
    "favorites",
    "Favorites",
    lambda user: GALLERY.of(user).filter(favorite=True),
    "No favorites yet",
    "Give a photo a heart and it stands here.",
    query="?from=favorites",
)
ARCHIVE = Shelf(
    "archive",
    "Archive",
    lambda user: Photo.objects.visible_to(user).archived(),
    "The archive is empty",
    "Archived photos leave the gallery and the search, and are kept here.",
)
TRASH = Shelf(
    "trash",
    "Trash",
    Photo.objects.in_trash_of,
    "The trash is empty",
    "Photos you delete wait here until you restore them or delete them for ever.",
    by="trashed_at",
)


def shelf_of(photo: Photo, came_from: str = "") -> Shelf:
    """Return the shelf whose photos stand before and after this one."""
    if photo.archived:
        return ARCHIVE
    return FAVORITES if came_from == FAVORITES.name else GALLERY
