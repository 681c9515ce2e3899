"""Photos found, as pages and API show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from search.nearest import Near
from search.rankings import NO_DISTANCE, Ranked, distances_to
from search.relevance import Relevance, Split
from search.wishes import Wish
from search.words import matches, read_in


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


def hits(found: Sequence[Ranked], photos: PhotoQuerySet, wishes: Mapping[int, Wish], meaning_first: bool) -> list[Hit]:
    """Read the photos, once more only those allowed: one may have gone since it was ranked."""
    seen = photos.for_listing().in_bulk([ranked.photo_id for ranked in found])
    present = [ranked for ranked in found if ranked.photo_id in seen]
    distances = _distances(present, wishes)
    terms = [term for wish in _each(wishes) for term in wish.terms]
    in_picture = read_in(seen, terms) if seen and terms else set()
    return [
        Hit(
            photo=seen[ranked.photo_id],
            distance=distances.get(ranked.photo_id, NO_DISTANCE),
            matched_by=_reasons(ranked, seen[ranked.photo_id], wishes[ranked.photo_id], in_picture, meaning_first),
            score=ranked.score,
            wanted=wishes[ranked.photo_id].text,
            relevance=ranked.relevance,
            is_near=wishes[ranked.photo_id].split.holds(distances.get(ranked.photo_id, NO_DISTANCE)),
        )
        for ranked in present
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


def _reasons(ranked: Ranked, photo: Photo, wish: Wish, in_picture: set[int], meaning_first: bool) -> tuple[str, ...]:
    exact = wish.named.all_tags if wish.named else frozenset()
    written = (*matches(photo, wish.terms, exact), *(["text"] if photo.pk in in_picture else []))
    alike = ("semantic",) if ranked.by_meaning else ()
    shown = (*alike, *written) if meaning_first else (*written, *alike)
    return tuple(dict.fromkeys((*shown, *wish.facts)))


def _distances(found: Sequence[Ranked], wishes: Mapping[int, Wish]) -> dict[int, float]:
    """Return what is known of the distances, measured where only words have found a photo so far."""
    distances = {ranked.photo_id: ranked.distance for ranked in found if ranked.distance is not None}
    for wish in _each(wishes):
        unknown = [one.photo_id for one in found if one.distance is None and wishes[one.photo_id] is wish]
        distances |= distances_to(wish, unknown)
    return distances


def _each(wishes: Mapping[int, Wish]) -> list[Wish]:
    return list({id(wish): wish for wish in wishes.values()}.values())
