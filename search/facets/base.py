from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User

Key = int | str


@dataclass(frozen=True)
class Entry:
    """A value that can be clicked: what it is called, and what photos have that its field then finds."""

    name: str
    keys: Sequence[Key]


@dataclass(frozen=True, kw_only=True)
class Facet:
    """Something photos are counted by. Its name is a key of the API's answer, its field narrows a query to a value.

    What it is read from are the sources of the field's operator: where those change, it is read anew.
    """

    name: str
    title: str  # on the page
    field: str
    rows: Callable[[], QuerySet[Any, Any]]  # what photos have
    key: str  # the column or annotation of the rows with what they have: a number or a text
    photo: str  # the one with the photo's id
    entries: Callable[[Sequence[Key], User], Sequence[Entry]]  # for keys that the photos to count, of one person, have
    numbered: bool = False  # what the rows have is a number
    value: str = "name"  # what the API calls an entry's name
    is_number: bool = False  # what it is there

    def pairs(self) -> QuerySet[Any, Any]:
        return self.rows().order_by().values_list(self.key, self.photo)


_facets: dict[str, Facet] = {}


def register(facet: Facet) -> None:
    """Count photos by it from now on; raises ValueError where the name is taken."""
    if facet.name in _facets:
        raise ValueError(f"taken already: {facet.name}")
    _facets[facet.name] = facet


def facets() -> list[Facet]:
    """Return what photos can be counted by, in the order it was registered."""
    return list(_facets.values())
