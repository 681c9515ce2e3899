"""Facts that have names: tags, albums, cameras and lenses. They are compared here, not in SQL.

A library knows few different names, and no two databases agree on what an accent is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from django.db.models import Count, F, Q

from accounts.models import User
from albums.models import Album, AlbumPlace
from photos.models import PhotoTag, Tag
from photos.models.queryset import PhotoQuerySet
from search.facts.names import MOST, names_in
from search.language.errors import BadValue
from search.language.folding import fold
from search.language.membership import OneOf

MOST_WORDS = 12  # of a camera or lens


def tagged(value: str, user: User) -> Q:  # noqa: ARG001 - words are everybody's, what carries them is not
    """Match photos with an accepted tag of this name, accents apart."""
    wanted = fold(value)
    tags = [pk for pk, name in Tag.objects.order_by().values_list("pk", "name") if fold(name) == wanted]
    return Q(pk__in=PhotoTag.objects.filter(rejected=False, tag__in=tags).values("photo"))


def known_tags(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:  # noqa: ARG001 - of whom, the photos tell
    """Return the tags of these photos that begin so, those on most of them first."""
    counted = PhotoTag.objects.filter(photo__in=photos, rejected=False).values("tag__name").annotate(count=Count("pk"))
    return _beginning(typed, counted.order_by("-count", "tag__name").values_list("tag__name", flat=True))


def in_album(value: str, user: User) -> Q:
    """Match photos in the user's albums of this title, accents apart."""
    wanted = fold(value)
    titles = Album.objects.visible_to(user).order_by().values_list("pk", "title")
    albums = [pk for pk, title in titles if fold(title) == wanted]
    return Q(pk__in=AlbumPlace.objects.filter(album__in=albums).values("photo"))


def known_albums(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:
    """Return the titles of the user's albums that hold one of these photos."""
    filled = AlbumPlace.objects.filter(photo__in=photos).values("album")
    return _beginning(typed, Album.objects.visible_to(user).filter(pk__in=filled).values_list("title", flat=True))


def camera(value: str, user: User) -> Q:
    """Match cameras with every word of the value in their make or model."""
    makes, models = names_in("camera_make", user), names_in("camera_model", user)
    words = [
        _is_one_of("camera_make", _with(word, makes)) | _is_one_of("camera_model", _with(word, models))
        for word in fold(value).split()
    ]
    return reduce(and_, words)


def known_cameras(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:  # noqa: ARG001 - the same
    return _beginning(typed, [*_names("camera_model", photos), *_names("camera_make", photos)])


def lens(value: str, user: User) -> Q:
    lenses = names_in("lens", user)
    return _is_one_of("lens", [name for name in lenses if all(word in fold(name) for word in fold(value).split())])


def known_lenses(typed: str, user: User, photos: PhotoQuerySet) -> list[str]:  # noqa: ARG001 - the same
    return _beginning(typed, _names("lens", photos))


def few_words(text: str) -> str:
    """Return the words of a name as they are, single spaces between; raises BadValue where no name has so many."""
    words = text.split()
    if len(words) > MOST_WORDS:
        raise BadValue(f"It has at most {MOST_WORDS} words.")
    return " ".join(words)


def _is_one_of(column: str, names: list[str]) -> Q:
    return Q(OneOf(F(column), names))


def _names(column: str, photos: PhotoQuerySet) -> list[str]:
    """Return the different values of a column in these photos."""
    named = photos.exclude(**{column: ""}).order_by(column)
    return list(named.values_list(column, flat=True).distinct()[:MOST])


def _with(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if word in fold(name)]


def _beginning(typed: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if fold(name).startswith(fold(typed))]
