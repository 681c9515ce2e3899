"""Photos found, as pages and API show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from search.language import Field
from search.ranking.asked import Asked
from search.ranking.held import held_among, told
from search.ranking.nearest import Near, distances_from
from search.ranking.rankings import NO_DISTANCE, Ranked
from search.ranking.relevance import Relevance, Split
from search.ranking.words import matches, read_in

Result = tuple[Ranked, Asked]  # a photo's place in a ranking, and what it was found for


@dataclass(frozen=True)
class Hit:
    """A photo found, how far it is, and what matched: "semantic", "tag:dog", "caption", "text", best first."""

    photo: Photo
    distance: float
    matched_by: tuple[str, ...]
    score: float = 0.0
    wanted: str = ""  # the text it was found for, of all that was asked
    relevance: Relevance = Relevance.WEAK
    is_near: bool = False  # by meaning, whatever is written on it


def hits(results: Sequence[Result], seen: Mapping[int, Photo], user: User, meaning_first: bool) -> list[Hit]:
    """Tell of results whose photos are seen: one may have gone since it was ranked."""
    present = [(ranked, asked) for ranked, asked in results if ranked.photo_id in seen]
    distances = _distances(present)
    terms = [term for asked in _each(present) for term in asked.terms]
    in_picture = read_in(seen, terms) if seen and terms else set()
    held = held_among(seen, (fact for asked in _each(present) for fact in asked.conditions), user)
    return [
        Hit(
            photo=(photo := seen[ranked.photo_id]),
            distance=(distance := distances.get(photo.pk, NO_DISTANCE)),
            matched_by=_reasons(ranked, photo, asked, meaning_first, photo.pk in in_picture, held.get(photo.pk, ())),
            score=ranked.score,
            wanted=asked.text,
            relevance=ranked.relevance,
            is_near=asked.split.holds(distance),
        )
        for ranked, asked in present
    ]


def likenesses(near: Sequence[Near], photos: PhotoQuerySet, split: Split) -> list[Hit]:
    """Read the photos that look like a picture, once more only those allowed."""
    seen = photos.for_listing().in_bulk([found.photo_id for found in near])
    return [
        Hit(
            photo,
            found.distance,
            ("semantic",),
            1 - found.distance / 2,
            relevance=Relevance.STRONG if split.holds(found.distance) else Relevance.WEAK,
            is_near=split.holds(found.distance),
        )
        for found in near
        if (photo := seen.get(found.photo_id))
    ]


def _reasons(
    ranked: Ranked, photo: Photo, asked: Asked, meaning_first: bool, is_read: bool, held: Collection[Field]
) -> tuple[str, ...]:
    written = (*matches(photo, asked.terms, asked.tags), *(["text"] if is_read else []))
    alike = ("semantic",) if ranked.by_meaning else ()
    shown = (*alike, *written) if meaning_first else (*written, *alike)
    return tuple(dict.fromkeys((*shown, *told(asked.conditions, held))))


def _distances(results: Sequence[Result]) -> dict[int, float]:
    """Return what is known of the distances, measured where only words have found a photo so far."""
    distances = {ranked.photo_id: ranked.distance for ranked, _ in results if ranked.distance is not None}
    for asked in _each(results):
        unknown = [ranked.photo_id for ranked, own in results if own is asked and ranked.distance is None]
        distances |= distances_from(asked.vector, asked.space, unknown)
    return distances


def _each(results: Sequence[Result]) -> list[Asked]:
    return list({id(asked): asked for _, asked in results}.values())
