"""Which photos to ask a person about next, so that a taught word is learned from few answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ai.logistic import sigmoid
from photos.embeddings import all_vectors
from photos.learning import learned, numbers_of
from photos.models import LearnedProbe, Photo, PhotoTag, VocabularyWord
from photos.models.queryset import PhotoQuerySet


class Order(StrEnum):
    UNSURE = "unsure"  # where the next answer teaches most
    SUREST = "surest"


@dataclass(frozen=True)
class Suggestion:
    photo: Photo
    probability: float


def suggestions(word: VocabularyWord, photos: PhotoQuerySet, limit: int, order: Order) -> list[Suggestion]:
    """Return those of the photos that a person should say Yes or No to next, none of whom anybody has asked yet.

    Raises EncoderUnavailable.
    """
    if (probe := learned(word)) is None:
        return []
    ids, margins = _margins(probe)
    open_ones = np.isin(ids, numbers_of(photos)) & ~np.isin(ids, _decided(word))
    ids, margins = ids[open_ones], margins[open_ones]
    wanted = np.argsort(np.abs(margins) if order is Order.UNSURE else -margins, kind="stable")[:limit]
    rows = photos.for_listing().in_bulk(ids[wanted].tolist())
    chances = zip(ids[wanted].tolist(), sigmoid(margins[wanted]).tolist(), strict=True)
    return [Suggestion(rows[pk], chance) for pk, chance in chances if pk in rows]


def _margins(probe: LearnedProbe) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids (n,) and margins (n,) of every photo a search may find."""
    parts = [(ids, vectors @ probe.weights + probe.bias) for ids, vectors in all_vectors(probe.model)]
    ids = [part[0] for part in parts] or [np.empty(0, np.int64)]
    return np.concatenate(ids), np.concatenate([part[1] for part in parts] or [np.empty(0, np.float32)])


def _decided(word: VocabularyWord) -> np.ndarray:
    """Return the ids of the photos of which a person has said whether they show the word, here or as a tag."""
    marked = word.examples.values_list("photo_id", flat=True)
    tagged = PhotoTag.objects.by_people().filter(tag__name=word.word).values_list("photo_id", flat=True)
    return np.fromiter({*marked, *tagged}, dtype=np.int64)
