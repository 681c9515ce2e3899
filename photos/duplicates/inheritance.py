"""What a photo that is kept takes over from those that are merged into it. The preview and the merge both ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from photos.duplicates.shots import UNSURE_DATES
from photos.grouping import groupings
from photos.models import Photo, PhotoTag, TeachingExample
from photos.models.tag import MAX_TAGS

_TEXTS = ("title", "description")
_PLACE = ("latitude", "longitude", "altitude")


@dataclass(frozen=True)
class Inheritance:
    """What moves; empty where the kept photo has all of it already."""

    changes: Mapping[str, Any] = field(default_factory=dict)  # as Photo.edit takes them
    tags: Sequence[str] = ()
    rejected: Sequence[str] = ()  # words a person took off the others for ever
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by kind the titles, such as of albums
    lessons: Mapping[int, bool] = field(default_factory=dict)  # by the word, whether the photo is to show it

    def __bool__(self) -> bool:
        return bool(self.changes or self.tags or self.rejected or self.groups or self.lessons)


def inheritance(keeper: Photo, others: Sequence[Photo]) -> Inheritance:
    """Return what the keeper takes over from the others, in a constant number of queries.

    What a person said goes before what a file said, and what the keeper has before what the others have; of what only
    others have, the first that has it gives it.
    """
    tags, rejected = _words(keeper, others)
    return Inheritance(_changes(keeper, others), tags, rejected, _groups(keeper, others), _lessons(keeper, others))


def _changes(keeper: Photo, others: Sequence[Photo]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if not keeper.favorite and any(other.favorite for other in others):
        changes["favorite"] = True
    rated = [other.rating or 0 for other in others if "rating" in other.edited or "rating" not in keeper.edited]
    if (best := max(rated, default=0)) > (keeper.rating or 0):
        changes["rating"] = best
    if keeper.archived and not all(other.archived for other in others):
        changes["archived"] = False  # else merging would take a photo out of the gallery
    for name in _TEXTS:
        if giver := _giver(name, keeper, others, has=lambda photo, name=name: bool(getattr(photo, name))):
            changes[name] = getattr(giver, name)
    changes |= _caption(keeper, others)
    if giver := _giver("location", keeper, others, has=lambda photo: photo.latitude is not None):
        changes["location"] = {axis: getattr(giver, axis) for axis in _PLACE}
    if giver := _giver("taken_at", keeper, others, has=_is_dated):
        changes["taken_at"] = giver.taken_locally
    return changes


def _giver(name: str, keeper: Photo, others: Sequence[Photo], has: Any) -> Photo | None:
    """Return who gives a field: who has it from a person, else who has it at all where the keeper has none."""
    if name in keeper.edited:
        return None
    for other in others:
        if name in other.edited and has(other):
            return other
    return None if has(keeper) else next((other for other in others if has(other)), None)


def _caption(keeper: Photo, others: Sequence[Photo]) -> dict[str, str]:
    """A machine's caption stays with the photo it was made for."""
    if "caption" in keeper.edited:
        return {}
    said = [other.caption for other in others if "caption" in other.edited and other.caption]
    return {"caption": said[0]} if said else {}


def _is_dated(photo: Photo) -> bool:
    return photo.taken_at_source not in UNSURE_DATES


def _words(keeper: Photo, others: Sequence[Photo]) -> tuple[list[str], list[str]]:
    """Return which words of people and files the keeper gets, and which are taken off it, as far as it is undecided."""
    rows = PhotoTag.objects.filter(photo__in=[keeper, *others]).select_related("tag").order_by("photo_id", "pk")
    own = {row.tag.name: row for row in rows if row.photo_id == keeper.pk}
    theirs = [row for row in rows if row.photo_id != keeper.pk]
    undecided = [row for row in theirs if _is_open(own.get(row.tag.name))]
    said = [row.tag.name for row in undecided if not row.rejected and row.source != PhotoTag.Source.MACHINE]
    refused = [row.tag.name for row in undecided if row.rejected and row.tag.name not in said]
    shown = sum(not row.rejected for row in own.values())
    return list(dict.fromkeys(said))[: max(MAX_TAGS - shown, 0)], list(dict.fromkeys(refused))


def _is_open(row: PhotoTag | None) -> bool:
    return row is None or (row.source == PhotoTag.Source.MACHINE and not row.rejected)


def _groups(keeper: Photo, others: Sequence[Photo]) -> dict[str, list[str]]:
    found = {}
    for grouping in groupings():
        titles = grouping.titles([keeper.pk, *(other.pk for other in others)])
        own = set(titles.get(keeper.pk, ()))
        theirs = {title for other in others for title in titles.get(other.pk, ())}
        if new := sorted(theirs - own):
            found[grouping.kind] = new
    return found


def _lessons(keeper: Photo, others: Sequence[Photo]) -> dict[int, bool]:
    """Return of which words the keeper becomes an example, as it is none yet."""
    rows = TeachingExample.objects.filter(photo__in=[keeper, *others]).order_by("pk")
    said = list(rows.values_list("word_id", "photo_id", "positive"))
    own = {word for word, photo, _ in said if photo == keeper.pk}
    return {word: positive for word, photo, positive in reversed(said) if photo != keeper.pk and word not in own}
