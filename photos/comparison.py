"""What a change of model does to searches: the ten best photos for each query, by the old model and by the new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Self

import numpy as np
from django.db.models import Count, Q

from ai.encoders.base import Encoder, model_key
from photos.embeddings import all_vectors
from photos.models import Tag

BEST = 10
QUERIES = 50

# Each returns texts that people search for, the most important first. Where one has any, they are compared.
QUERY_SOURCES: list[Callable[[], Sequence[str]]] = []


@dataclass(frozen=True)
class Compared:
    """One query: the share of its ten best photos that stay, and the ids of those that come and go.

    `overlap` is None for a text that one of the models knows nothing of.
    """

    text: str
    overlap: float | None
    come: tuple[int, ...]
    go: tuple[int, ...]

    @property
    def percent(self) -> int | None:
        return None if self.overlap is None else round(100 * self.overlap)


@dataclass(frozen=True)
class Comparison:
    queries: tuple[Compared, ...] = ()
    note: str = ""

    @property
    def mean(self) -> float | None:
        """The mean overlap of the queries that both models understand."""
        known = [query.overlap for query in self.queries if query.overlap is not None]
        return fmean(known) if known else None

    @property
    def percent(self) -> int | None:
        return None if self.mean is None else round(100 * self.mean)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        queries = (
            Compared(query["text"], query["overlap"], tuple(query["come"]), tuple(query["go"]))
            for query in stored["queries"]
        )
        return cls(tuple(queries), stored["note"])


def queries_to_compare() -> list[str]:
    """Return what people have searched for, where that is known, else the tags that are on most photos."""
    for source in QUERY_SOURCES:
        if texts := list(dict.fromkeys(source())):
            return texts[:QUERIES]
    shown = Q(photo_tags__rejected=False, photo_tags__photo__trashed_at=None)
    common = Tag.objects.annotate(photos=Count("photo_tags", filter=shown)).filter(photos__gt=0)
    return list(common.order_by("-photos", "name").values_list("name", flat=True)[:QUERIES])


def compare(old: Encoder, new: Encoder, texts: Sequence[str]) -> Comparison:
    """Search for each text in both generations. Raise EncoderUnavailable where a text cannot be embedded."""
    before, after = _best(old, texts), _best(new, texts)
    return Comparison(tuple(_compared(text, before.get(text), after.get(text)) for text in texts))


def _compared(text: str, before: list[int] | None, after: list[int] | None) -> Compared:
    if before is None or after is None:
        return Compared(text, None, tuple(after or ()), tuple(before or ()))
    stay = set(before) & set(after)
    overlap = len(stay) / max(len(before), len(after), 1)
    come, go = (tuple(pk for pk in ids if pk not in stay) for ids in (after, before))
    return Compared(text, overlap, come, go)


def _best(encoder: Encoder, texts: Sequence[str]) -> dict[str, list[int]]:
    """Return for each text the encoder knows something of the ids of the nearest photos, nearest first."""
    embedded = zip(texts, encoder.embed_texts(texts), strict=True)
    known = {text: vector for text, vector in embedded if vector is not None}
    if not known:
        return {}
    matrix = np.stack(list(known.values()))
    best, scores = np.empty((len(known), 0), np.int64), np.empty((len(known), 0), np.float32)
    for found, vectors in all_vectors(model_key(encoder)):
        ids = np.concatenate([best, np.broadcast_to(found, (len(known), len(found)))], axis=1)
        scores = np.concatenate([scores, matrix @ vectors.T], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :BEST]
        best, scores = np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
    return {text: best[row].tolist() for row, text in enumerate(known)}
