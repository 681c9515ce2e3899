"""Which of some photos is best to keep, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from photos.duplicates.shots import UNSURE_DATES
from photos.image_types import RAW_FORMATS
from photos.models import Photo
from photos.models.duplicate import Tier
from photos.oneof import OneOf
from photos.versions import rank_of

_AT_ONCE = 4096
_FACTS = (
    "camera_model", "lens", "aperture", "shutter", "iso", "focal_length",
    "latitude", "altitude", "direction", "title", "description", "artist", "copyright",
)  # fmt: skip


@dataclass(frozen=True)
class Merits:
    """What speaks for keeping a photo; of everything, more is better."""

    rank: tuple[int, int]  # among the versions of a photo: what is shown of them
    is_raw: bool
    pixels: int
    files: int  # kept beside its original
    facts: int  # that are known of it: its date, camera, place, words
    bytes: int
    edited: int  # fields a person has set
    favorite: bool
    rating: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Merits:
        dated = row["taken_at_source"] not in UNSURE_DATES
        return cls(
            rank=rank_of(row["original_name"], row["format"]),
            is_raw=row["format"] in RAW_FORMATS,
            pixels=row["width"] * row["height"],
            files=row["beside"],
            facts=dated + row["people"] + sum(row[name] not in (None, "") for name in _FACTS),
            bytes=row["bytes"],
            edited=len(row["edited"]),
            favorite=row["favorite"],
            rating=row["rating"] or 0,
        )


_COLUMNS = (
    "original_name",
    "format",
    "width",
    "height",
    "taken_at_source",
    "bytes",
    "edited",
    "favorite",
    "rating",
    *_FACTS,
)
_COUNTS = {"beside": Count("files", distinct=True), "people": Count("faces", distinct=True)}
# By what is decided first. Copies of one picture: by the quality of the file, since what a person said of the others
# moves to it. Different shots: by what a person likes.
_QUALITY = ("is_raw", "pixels", "files", "facts", "bytes")
_LIKING = ("favorite", "rating", "edited")
_REASONS = {
    "rank": "It is the version to be shown",
    "is_raw": "It is the raw file",
    "pixels": "It has the most pixels",
    "files": "Files of it are kept beside it",
    "facts": "More is known of it",
    "bytes": "It is the least compressed",
    "edited": "You have corrected it",
    "favorite": "It is a favorite",
    "rating": "You gave it the most stars",
}


def merits_of(photo_ids: Collection[int]) -> dict[int, Merits]:
    """Return by id what speaks for each of these photos; those that are gone are left out."""
    wanted, found = sorted(photo_ids), {}
    for start in range(0, len(wanted), _AT_ONCE):
        photos = Photo.objects.filter(pk__in=OneOf(wanted[start : start + _AT_ONCE])).order_by()
        for row in photos.annotate(**_COUNTS).values("pk", *_COUNTS, *_COLUMNS):
            found[row["pk"]] = Merits.of(row)
    return found


def best_first(photo_ids: Iterable[int], merits: Mapping[int, Merits], tier: Tier) -> list[int]:
    """Return the photos whose merits are known, the best to keep first; of equals the one that was there first."""
    names = _order(tier)
    worth = {pk: tuple(getattr(merits[pk], name) for name in names) for pk in photo_ids if pk in merits}
    return sorted(sorted(worth), key=worth.__getitem__, reverse=True)


def reasons(keeper: Merits, others: Sequence[Merits], tier: Tier) -> list[str]:
    """Say in what the keeper is better than each of the others; where in nothing, that it was there first."""
    best = [name for name in _order(tier) if all(getattr(keeper, name) > getattr(other, name) for other in others)]
    return [_REASONS[name] for name in best] or ["It was there first"]


def _order(tier: Tier) -> Sequence[str]:
    if tier in (Tier.BURST, Tier.SIMILAR):
        return (*_LIKING, *_QUALITY)
    if tier is Tier.RAW:  # all files are kept: what counts is which is seen
        return ("rank", *(name for name in _QUALITY if name != "is_raw"), *_LIKING)
    if tier is Tier.PIXELS:  # what is more in such a file is no picture
        return (*(name for name in _QUALITY if name != "bytes"), *_LIKING)
    return (*_QUALITY, *_LIKING)
