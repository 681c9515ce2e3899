"""What photos that are answers, in whatever order, were found for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photos.models import Photo
from search.ranking.asked import Asked
from search.ranking.hits import Result
from search.ranking.nearest import distances_from
from search.ranking.rankings import NO_DISTANCE, Ranked
from search.ranking.relevance import Relevance
from search.ranking.words import matches


def fulfilling(photos: Sequence[Photo], asked: Sequence[Asked]) -> list[Result]:
    """Return these photos, all of them strong answers, each with the alternative of a query that it fulfils best."""
    ids = [photo.pk for photo in photos]
    distances = [(one, distances_from(one.vector, one.space, ids)) for one in asked]
    return [_fulfilled(photo, distances) for photo in photos]


def _fulfilled(photo: Photo, distances: Sequence[tuple[Asked, Mapping[int, float]]]) -> Result:
    def first(pair: tuple[Asked, Mapping[int, float]]) -> tuple[bool, float]:
        one, known = pair
        return not matches(photo, one.terms, one.tags), known.get(photo.pk, NO_DISTANCE)

    one, known = min(distances, key=first) if len(distances) > 1 else distances[0]
    distance = known.get(photo.pk)
    near = distance is not None and one.split.holds(distance)
    return Ranked(photo.pk, 0.0, distance, by_meaning=near, relevance=Relevance.STRONG), one
