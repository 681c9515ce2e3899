"""Names of places and of people on photos. As other names they are compared here, not in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

from django.db.models import Count, F, Q

from accounts.models import User
from photos.models import PhotoFace
from photos.models.queryset import PhotoQuerySet
from search.facts.names import names_in
from search.language.folding import fold
from search.language.membership import OneOf

PLACES = ("city", "region", "country")  # columns of a photo, from the nearest to the widest
MOST_PEOPLE = 20_000  # different names that are looked through
_WORD = re.compile(r"\w+")


def words_of(name: str) -> list[str]:
    """Return the words of a name as they are compared: "Île-de-France" has three."""
    return _WORD.findall(fold(name))


def at_place(value: str, user: User) -> Q:
    """Match photos with every word of the value in the names of their city, region and country."""
    named = {column: names_in(column, user) for column in PLACES}
    return _all_of(
        reduce(or_, (Q(OneOf(F(column), _with(word, names))) for column, names in named.items()))
        for word in words_of(value)
    )


def known_places(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:  # noqa: ARG001 - of whom, the photos tell
    """Return the names of places of these photos that begin so, those of most of them first."""
    counts: dict[str, int] = {}
    for column in PLACES:
        counted = photos.exclude(**{column: ""}).order_by().values_list(column).annotate(count=Count("pk"))
        for name, count in counted:
            counts[name] = max(count, counts.get(name, 0))
    return _beginning(typed, sorted(counts, key=lambda name: (-counts[name], name)))


def with_person(value: str, user: User) -> Q:
    """Match photos on which somebody is marked whose name has every word of the value."""
    mine = PhotoFace.objects.exclude(name="").filter(photo__owner=user).order_by()
    names = list(mine.values_list("name", flat=True).distinct()[:MOST_PEOPLE])
    wanted = set(words_of(value))
    called = [name for name in names if wanted and wanted.issubset(words_of(name))]
    return Q(pk__in=PhotoFace.objects.filter(OneOf(F("name"), called)).values("photo"))


def known_people(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:  # noqa: ARG001 - the same
    """Return the names of people on these photos that begin so, those on most of them first."""
    faces = PhotoFace.objects.filter(photo__in=photos).exclude(name="").order_by()
    counted = faces.values_list("name").annotate(count=Count("photo", distinct=True)).order_by("-count", "name")
    return _beginning(typed, (name for name, _ in counted[:MOST_PEOPLE]))


def _all_of(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions, ~Q(pk__in=[]))


def _with(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if word in words_of(name)]


def _beginning(typed: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if fold(name).startswith(fold(typed))]
