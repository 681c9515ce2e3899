"""What stands around a photo on its page: the photos before and after it, and the list that one came from.

That is a shelf, or a list of another app, such as results of a search. Photos may not import those apps: they make
themselves known here when the project starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from photos.paging import neighbours
from photos.shelves import shelf_of


@dataclass(frozen=True)
class Surroundings:
    title: str  # of the list
    address: str  # of the list, where this photo stands in it
    query: str  # what the address of a photo says of the list one comes from
    before: Photo | None  # None at an end of the list
    after: Photo | None


# Reads the query of a photo's address; None where the photo is in no such list, or the list is not there any more.
Finder = Callable[[Photo, User, QueryDict], Surroundings | None]

_finders: dict[str, Finder] = {}


def register(name: str, finder: Finder) -> None:
    """Let photos be turned over along lists of this kind, which addresses name: `?from=name`."""
    if name in _finders:
        raise ValueError(f"{name} is registered already")
    _finders[name] = finder


def surroundings_of(photo: Photo, user: User, asked: QueryDict) -> Surroundings:
    """Return what stands around a photo in the list that its address names, else on its shelf."""
    came_from = asked.get("from", "")
    finder = _finders.get(came_from)
    return (finder and finder(photo, user, asked)) or _on_shelf(photo, user, came_from)


def _on_shelf(photo: Photo, user: User, came_from: str) -> Surroundings:
    shelf = shelf_of(photo, came_from)
    newer, older = neighbours(shelf.of(user), photo)
    return Surroundings(shelf.title, reverse(f"photos:{shelf.name}"), shelf.query, newer, older)
