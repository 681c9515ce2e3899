"""What a photo that is kept takes over from those that are merged into it. The preview and the merge both ask here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from photos.duplicates.shots import UNSURE_DATES
from photos.grouping import groupings
from photos.metadata import Face
from photos.metadata.facts import MOST_FACES
from photos.models import Photo, PhotoFace, PhotoFile, PhotoTag, TeachingExample, Tier
from photos.models.tag import MAX_TAGS

# Where faces lie at the same place, and what is kept beside one is of the other too.
SAME_PICTURE = {Tier.PIXELS, Tier.RAW, Tier.NEAR}
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
    faces: Sequence[Face] = ()
    files: Sequence[str] = ()  # by name, what is kept beside the others

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class Belongings:
    """What photos have beside their rows, by the photo's id."""

    tags: Mapping[int, Sequence[PhotoTag]]
    groups: Mapping[str, Mapping[int, Sequence[str]]]  # by kind
    lessons: Mapping[int, Sequence[tuple[int, bool]]]
    faces: Mapping[int, Sequence[PhotoFace]]
    files: Mapping[int, Sequence[PhotoFile]]


def belongings_of(photo_ids: Collection[int]) -> Belongings:
    """Return what these photos have, in a constant number of queries."""
    tags: defaultdict[int, list[PhotoTag]] = defaultdict(list)
    for row in PhotoTag.objects.filter(photo__in=photo_ids).select_related("tag").order_by("pk"):
        tags[row.photo_id].append(row)
    lessons: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    examples = TeachingExample.objects.filter(photo__in=photo_ids).order_by("pk")
    for photo, word, positive in examples.values_list("photo_id", "word_id", "positive"):
        lessons[photo].append((word, positive))
    groups = {grouping.kind: grouping.titles(photo_ids) for grouping in groupings()}
    faces, files = PhotoFace.objects.by_photo(list(photo_ids)), PhotoFile.objects.by_photo(photo_ids)
    return Belongings(tags, groups, lessons, faces, files)


def inheritance(
    keeper: Photo, others: Sequence[Photo], tier: Tier, belongings: Belongings | None = None
) -> Inheritance:
    """Return what the keeper takes over from the others, which are duplicates of it by this tier.

    What a person said goes before what a file said, and what the keeper has before what the others have; of what only
    others have, the first that has it gives it.
    """
    have = belongings or belongings_of([keeper.pk, *(other.pk for other in others)])
    tags, rejected = _words(keeper, others, have)
    groups, lessons = _groups(keeper, others, have), _lessons(keeper, others, have)
    faces = _faces(keeper, others, have) if tier in SAME_PICTURE else []
    files = _files(keeper, others, have) if tier in SAME_PICTURE - {Tier.RAW} else []
    return Inheritance(_changes(keeper, others), tags, rejected, groups, lessons, faces, files)


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


def _words(keeper: Photo, others: Sequence[Photo], have: Belongings) -> tuple[list[str], list[str]]:
    """Return which words of people and files the keeper gets, and which are taken off it, as far as it is undecided."""
    own = {row.tag.name: row for row in have.tags.get(keeper.pk, ())}
    theirs = [row for other in others for row in have.tags.get(other.pk, ())]
    undecided = [row for row in theirs if _is_open(own.get(row.tag.name))]
    said = [row.tag.name for row in undecided if not row.rejected and row.source != PhotoTag.Source.MACHINE]
    refused = [row.tag.name for row in undecided if row.rejected and row.tag.name not in said]
    shown = sum(not row.rejected for row in own.values())
    return list(dict.fromkeys(said))[: max(MAX_TAGS - shown, 0)], list(dict.fromkeys(refused))


def _is_open(row: PhotoTag | None) -> bool:
    return row is None or (row.source == PhotoTag.Source.MACHINE and not row.rejected)


def _groups(keeper: Photo, others: Sequence[Photo], have: Belongings) -> dict[str, list[str]]:
    found = {}
    for kind, titles in have.groups.items():
        theirs = {title for other in others for title in titles.get(other.pk, ())}
        if new := sorted(theirs - set(titles.get(keeper.pk, ()))):
            found[kind] = new
    return found


def _lessons(keeper: Photo, others: Sequence[Photo], have: Belongings) -> dict[int, bool]:
    """Return of which words the keeper becomes an example, as it is none yet."""
    own = {word for word, _ in have.lessons.get(keeper.pk, ())}
    said: dict[int, bool] = {}
    for other in others:
        for word, positive in have.lessons.get(other.pk, ()):
            if word not in own:
                said.setdefault(word, positive)
    return said


def _faces(keeper: Photo, others: Sequence[Photo], have: Belongings) -> list[Face]:
    """Return the faces of people whom nobody has marked on the keeper; where nobody is marked on it, all there are."""
    own = have.faces.get(keeper.pk, ())
    known = {face.name.casefold() for face in own}
    found: dict[str, Face] = {}
    for other in others:
        theirs = [face.marked for face in have.faces.get(other.pk, ())]
        for number, face in enumerate(theirs):
            if face.name and face.name.casefold() not in known:
                found.setdefault(face.name.casefold(), face)
            elif not face.name and not own:
                found.setdefault(f" {number}", face)  # of one photo, else they would be there twice
    return list(found.values())[: max(MOST_FACES - len(own), 0)]


def _files(keeper: Photo, others: Sequence[Photo], have: Belongings) -> list[str]:
    own = {keeper.sha256, *(file.sha256 for file in have.files.get(keeper.pk, ()))}
    theirs = [file for other in others for file in have.files.get(other.pk, ())]
    return list({file.sha256: file.name for file in theirs if file.sha256 not in own}.values())
