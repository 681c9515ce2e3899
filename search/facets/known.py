"""The facets of what the database knows of every photo. Importing this module registers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr

from accounts.models import User
from albums.models import Album, AlbumPlace
from photos.metadata import display_camera
from photos.models import ColourName, Photo, PhotoTag, Tag
from photos.oneof import OneOf
from search.facets.base import Entry, Facet, Key, register
from search.language.folding import fold

_BETWEEN = "\x1f"  # make and model: no name of a camera has it


def _tags() -> QuerySet[Any, Any]:
    return PhotoTag.objects.filter(rejected=False)


def _years() -> QuerySet[Any, Any]:
    return Photo.objects.annotate(year=Substr(Cast("taken_at", CharField()), 1, 4))


def _cameras() -> QuerySet[Any, Any]:
    named = Photo.objects.exclude(camera_make="", camera_model="")
    return named.annotate(
        its_camera=Concat(F("camera_make"), Value(_BETWEEN), F("camera_model"), output_field=CharField())
    )


def _by_tag(keys: Sequence[Key], user: User) -> list[Entry]:  # noqa: ARG001 - words are everybody's
    """Return an entry for tags that differ in accents only: their field finds them together."""
    return _named(Tag.objects.filter(pk__in=OneOf(map(int, keys))).values_list("name", "pk"))


def _by_album(keys: Sequence[Key], user: User) -> list[Entry]:
    return _named(Album.objects.visible_to(user).filter(pk__in=OneOf(map(int, keys))).values_list("title", "pk"))


def _by_itself(keys: Sequence[Key], user: User) -> list[Entry]:  # noqa: ARG001 - the same for everybody
    return [Entry(str(key), [key]) for key in keys]


def _by_camera(keys: Sequence[Key], user: User) -> list[Entry]:  # noqa: ARG001 - their photos have been chosen
    """Return an entry for each name of a camera; its field finds all cameras that have its words."""
    names = {display_camera(*_parts(key)): [key] for key in keys}
    folded = [(key, [fold(part) for part in _parts(key) if part]) for key in keys]

    @cache
    def having(word: str) -> frozenset[Key]:
        return frozenset(key for key, parts in folded if any(word in part for part in parts))

    return [
        Entry(name, sorted(frozenset.intersection(*map(having, fold(name).split())))) for name in _each_folded(names)
    ]


def _parts(key: Key) -> tuple[str, str]:
    make, _, model = str(key).partition(_BETWEEN)
    return make, model


def _named(names: Iterable[tuple[str, int]]) -> list[Entry]:
    return [Entry(name, keys) for name, keys in _each_folded({name: [key] for name, key in names}).items()]


def _each_folded(own: Mapping[str, Sequence[Key]]) -> dict[str, list[Key]]:
    """Return the keys by name, names that differ in accents or case only as one: the first of them."""
    first: dict[str, str] = {}
    united: dict[str, list[Key]] = defaultdict(list)
    for name in sorted(own):
        if bare := fold(name):
            united[first.setdefault(bare, name)].extend(own[name])
    return dict(united)


for _facet in (
    Facet(
        name="tags",
        title="Tags",
        field="tag",
        rows=_tags,
        key="tag_id",
        photo="photo_id",
        entries=_by_tag,
        numbered=True,
    ),
    Facet(
        name="years",
        title="Years",
        field="taken",
        rows=_years,
        key="year",
        photo="pk",
        entries=_by_itself,
        value="year",
        is_number=True,
    ),
    Facet(
        name="cameras", title="Cameras", field="camera", rows=_cameras, key="its_camera", photo="pk", entries=_by_camera
    ),
    Facet(
        name="colors",
        title="Colours",
        field="color",
        rows=ColourName.objects.all,
        key="name",
        photo="photo_id",
        entries=_by_itself,
    ),
    Facet(
        name="albums",
        title="Albums",
        field="album",
        rows=AlbumPlace.objects.all,
        key="album_id",
        photo="photo_id",
        entries=_by_album,
        numbered=True,
    ),
):
    register(_facet)
