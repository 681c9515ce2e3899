from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.expressions import Combinable

from photos.models import Photo, PhotoTag
from photos.models.queryset import PhotoQuerySet
from search.engines.base import Candidates, best
from search.fulltext.base import POOL, Term

_TAG = 8.0
# So many terms decide the order; each nests the SQL one level deeper, and SQLite's parser has a bottom.
_RANKED = 8
_FIELDS = {
    "title": 6.0,
    "caption": 3.0,
    "description": 2.0,
    "original_name": 1.0,
    "filename": 1.0,
    "camera_make": 1.0,
    "camera_model": 1.0,
    "lens": 1.0,
    "software": 1.0,
    "city": 2.0,
    "region": 2.0,
    "country": 2.0,
    "artist": 1.0,
    "copyright": 1.0,
    "recognised__text": 1.0,
}


class PlainIndex:
    """The text read where it stands: for a database that has no index of ours yet. It forgives upper case only."""

    def candidates(self, terms: Sequence[Term], limit: int, allowed: np.ndarray | None = None) -> Candidates:
        photos = _with(terms) if allowed is None else _with(terms).filter(pk__in=allowed.tolist())
        score: Combinable = Value(0.0)
        for term in terms[:_RANKED]:
            cases = [When(place, then=Value(weight)) for place, weight in _places(term)]
            score += Case(*cases, default=Value(0.0), output_field=FloatField())
        rows = list(photos.annotate(text_score=score).order_by("-pk").values_list("pk", "text_score")[:POOL])
        ids = np.array([pk for pk, _ in rows], dtype=np.int64)
        return best(ids, np.array([found for _, found in rows]), keep=None, k=limit)

    def every(self, terms: Sequence[Term]) -> np.ndarray:
        return np.fromiter(_with(terms).order_by("pk").values_list("pk", flat=True), dtype=np.int64)

    def written(self, term: Term, among: np.ndarray) -> np.ndarray:
        anywhere = reduce(or_, (Q(**{f"{name}__icontains": term.text}) for name in _FIELDS))
        photos = Photo.objects.filter(anywhere, pk__in=among.tolist())
        return np.fromiter(photos.order_by("pk").values_list("pk", flat=True), dtype=np.int64)

    def suggestions(self, word: str) -> list[str]:  # noqa: ARG002 - it has no list of words
        return []

    def drift(self) -> int:
        return 0

    def rebuild(self) -> None:
        """Nothing is kept that could be out of step."""


def _with(terms: Sequence[Term]) -> PhotoQuerySet:
    photos = Photo.objects.all()
    for term in terms:
        photos = photos.filter(reduce(or_, (place for place, _ in _places(term))))
    return photos


def _places(term: Term) -> list[tuple[Q, float]]:
    """Return where a term may be written, the weightiest place first."""
    named = Q(tag__name__icontains=term.text) | Q(tag__name__in=term.tags)
    tags = PhotoTag.objects.filter(named, rejected=False).values("photo")
    fields = ((Q(**{f"{name}__icontains": term.text}), weight) for name, weight in _FIELDS.items())
    return [(Q(pk__in=tags), _TAG), *fields]
