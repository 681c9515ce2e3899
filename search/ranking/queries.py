"""Texts as queries, and how photos are found by pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from PIL import Image
from rest_framework.exceptions import ValidationError

from accounts.models import User
from ai.encoders.base import BadVector
from ai.plaintext import one_line
from ai.vectors import unit_rows
from photos.embeddings import any_vectors_of
from photos.models import Photo
from photos.regions import BadRegion, Region
from search.errors import BadQuery, NotAnalysed
from search.index.spaces import space_of
from search.language.grammar import LONGEST
from search.language.refining import LESS
from search.ranking.hits import Hit, likenesses
from search.ranking.looks import embedded, encoder_for_pictures, look_of_region
from search.ranking.meaning import Meaning
from search.ranking.nearest import nearest
from search.ranking.relevance import Kind, split_of
from search.ranking.scope import Scope

LONGEST_ASKED = 200  # of the API, as published; also of what is kept: saved searches and history


def similar_to(photos: Sequence[Photo], user: User, limit: int, unlike: Sequence[Photo] = ()) -> list[Hit]:
    """Return the photos most like the mean of these and least like the others, none of which is among them.

    Raises NotAnalysed, and BadQuery where nothing is left to be like.
    """
    meaning = Meaning.now(user)
    if meaning.space is None:  # comparing what is embedded needs no encoder
        raise NotAnalysed
    vector = _mean(photos, meaning.space.model)
    if unlike:
        vector = vector - LESS * _mean(unlike, meaning.space.model)
    try:
        direction = unit_rows(vector[None], len(vector))[0]
    except BadVector as exc:
        raise BadQuery("What these photos are like and unlike is the same: nothing is left to be similar to.") from exc
    kind = Kind.PHOTO if len(photos) == 1 and not unlike else Kind.SUM
    return _nearest(direction, kind, meaning, limit, {photo.pk for photo in (*photos, *unlike)})


def like_region(photo: Photo, region: Region, user: User, limit: int) -> list[Hit]:
    """Return the photos most like a part of this one, which is not among them.

    Raises ModelMissing, ValidationError for too small a part, and what reading the photo's file raises.
    """
    encoder = encoder_for_pictures()
    try:
        vector = look_of_region(photo, region, encoder)
    except BadRegion as exc:
        raise ValidationError({"region": [str(exc)]}) from exc
    return _nearest(vector, Kind.PHOTO, Meaning(user, encoder, space_of(encoder)), limit, {photo.pk})


def like_image(image: Image.Image, user: User, limit: int, region: Region | None = None) -> list[Hit]:
    """Return the photos most like an upright sRGB image that is not in the library, or like a part of it.

    Raises ModelMissing, BrokenImage, and ValidationError for too small a part.
    """
    try:
        seen = region.cut_out(image) if region else image
    except BadRegion as exc:
        raise ValidationError({"region": [str(exc)]}) from exc
    encoder = encoder_for_pictures()
    return _nearest(embedded(seen, encoder), Kind.PHOTO, Meaning(user, encoder, space_of(encoder)), limit)


def clean(text: str) -> str:
    """Return a query as text is stored here: printable, on one line; raises BadQuery where it is empty or too long."""
    if len(text.strip()) > LONGEST:
        raise BadQuery(f"A query has at most {LONGEST:,} characters.")
    if not (printable := one_line(text, LONGEST)):
        raise BadQuery("Write something to search for.")
    return printable


def _mean(photos: Sequence[Photo], model: str) -> np.ndarray:
    ids, vectors = any_vectors_of(model, [photo.pk for photo in photos])
    if lacking := {photo.pk for photo in photos} - set(ids.tolist()):
        raise NotAnalysed(f"Photo {min(lacking)} is not analysed yet, so nothing can be compared with it.")
    mean: np.ndarray = vectors.mean(axis=0)
    return mean


def _nearest(
    vector: np.ndarray, kind: Kind, meaning: Meaning, limit: int, passing_by: Collection[int] = frozenset()
) -> list[Hit]:
    scope = Scope.of_user(meaning.user)
    near = nearest(vector, meaning.space, scope, limit, passing_by) if meaning.space else []
    return likenesses(near, scope.photos, split_of(vector, kind, meaning))
