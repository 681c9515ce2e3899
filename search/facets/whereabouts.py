"""The facets of places and people. Importing this module registers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import User
from photos.models import Photo, PhotoFace
from search.facets.base import Entry, Facet, Key, register
from search.language.folding import fold
from search.language.whereabouts import words_of

_BETWEEN = "\x1f"  # city, region and country: no name of a place has it


def _places() -> QuerySet[Any, Any]:
    named = Photo.objects.exclude(city="", region="", country="")
    parts = (F("city"), Value(_BETWEEN), F("region"), Value(_BETWEEN), F("country"))
    return named.annotate(its_place=Concat(*parts, output_field=CharField()))


def _people() -> QuerySet[Any, Any]:
    return PhotoFace.objects.exclude(name="").distinct()  # somebody may be marked twice on a photo


def _by_place(keys: Sequence[Key], user: User) -> list[Entry]:  # noqa: ARG001 - their photos have been chosen
    """Return an entry for each city, region and country; its field finds all places that have its words."""
    return _by_words({key: str(key).split(_BETWEEN) for key in keys})


def _by_person(keys: Sequence[Key], user: User) -> list[Entry]:  # noqa: ARG001 - the same
    return _by_words({key: [str(key)] for key in keys})


def _by_words(names: Mapping[Key, Sequence[str]]) -> list[Entry]:
    """Return an entry for each name, with all the keys that have its words; names are one if they are folded alike."""
    having: dict[str, set[Key]] = defaultdict(set)
    called: dict[str, str] = {}
    for key, parts in names.items():
        for name in filter(None, parts):
            called[fold(name)] = min(name, called.get(fold(name), name))
            for word in words_of(name):
                having[word].add(key)
    found = ((name, [having[word] for word in words_of(name)]) for name in called.values())
    return [Entry(name, sorted(set.intersection(*sets), key=str)) for name, sets in found if sets]


register(
    Facet(name="places", title="Places", field="place", rows=_places, key="its_place", photo="pk", entries=_by_place)
)
register(
    Facet(name="people", title="People", field="person", rows=_people, key="name", photo="photo_id", entries=_by_person)
)
