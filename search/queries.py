"""How photos are found: by meaning, by words, by another photo."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from accounts.models import User
from ai.encoders.base import BadVector, EncoderUnavailable
from ai.plaintext import one_line
from photos.embeddings import vector_of
from photos.encoding import current_encoder
from photos.images import BrokenImage
from photos.models import Photo
from search.errors import BadQuery, ModelMissing, NotAnalysed
from search.nearest import Near, nearest
from search.spaces import Space, current_space, space_of
from search.words import Sought, matches, photos_with, read_in, sought, taken_away

LONGEST_QUERY = 200

# What a photo found by words alone is said to be away: cosine 0, neither near nor far.
NO_DISTANCE = 2.0


@dataclass(frozen=True)
class Hit:
    """A photo found, how far it is, and what matched: "semantic", "tag:dog", "caption", "text", best first."""

    photo: Photo
    distance: float
    matched_by: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    understood: bool  # the encoder knew the text; else it was searched as words


@dataclass(frozen=True)
class PageResults:
    by_words: list[Hit]
    by_meaning: list[Hit]
    understood: bool
    problem: str  # why there is no search by meaning, in words for a person; empty where there is


@dataclass(frozen=True)
class _Meaning:
    """The vector of a text and its space, None for a text the encoder knows nothing of or where there is none."""

    vector: np.ndarray | None = None
    space: Space | None = None
    problem: str = ""


def find(text: str, user: User, limit: int) -> Found:
    """Search by meaning, nearest first; a text the encoder knows nothing of is searched as words. Raises BadQuery."""
    text = clean(text)
    query, meaning = sought(text), _meaning_of(text)
    if meaning.vector is None:
        return Found(_by_words(query, user, limit), understood=False)
    return Found(_by_meaning(meaning, query, user, limit), understood=True)


def find_words(text: str, user: User, limit: int) -> list[Hit]:
    """Search for words where they are written, best match first. Raises BadQuery."""
    return _by_words(sought(clean(text)), user, limit)


def search_page(text: str, user: User, limit: int) -> PageResults:
    """Search both ways: photos with the words first, then the nearest by meaning that are not among them.

    What a person said it does not show, a photo is not shown for.

    Raises BadQuery.
    """
    text = clean(text)
    query, meaning = sought(text), _meaning_of(text)
    by_words = _by_words(query, user, limit)
    shown = {hit.photo.pk for hit in by_words}
    near = _by_meaning(meaning, query, user, limit + len(shown))
    passed_over = shown | taken_away([hit.photo.pk for hit in near], query)
    by_meaning = [hit for hit in near if hit.photo.pk not in passed_over][:limit]
    return PageResults(by_words, by_meaning, meaning.vector is not None, meaning.problem)


def similar_to(photo: Photo, user: User, limit: int) -> list[Hit]:
    """Return the photos most like this one, which is not among them; raises NotAnalysed."""
    try:
        model = current_space().model
    except EncoderUnavailable:
        model = photo.embedding_model  # comparing what is embedded needs no encoder
    vector = vector_of(photo.pk, model)
    if vector is None:
        raise NotAnalysed
    near = nearest(vector, Space.of(model), user, limit, passing_by=photo.pk)
    return _hits(near, user)


def like_image(image: Image.Image, user: User, limit: int) -> list[Hit]:
    """Return the photos most like an upright sRGB image that is not in the library; raises ModelMissing."""
    try:
        encoder = current_encoder()
        vectors = encoder.embed_images([image])
    except EncoderUnavailable as exc:
        raise ModelMissing(exc) from exc
    except BadVector as exc:
        raise BrokenImage("Nothing can be seen in this image.") from exc
    return _hits(nearest(vectors[0], space_of(encoder), user, limit), user)


def clean(text: str) -> str:
    """Return a query as text is stored here: printable, on one line; raises BadQuery where it is empty or too long."""
    if len(text.strip()) > LONGEST_QUERY or not (printable := one_line(text, LONGEST_QUERY)):
        raise BadQuery
    return printable


def _meaning_of(text: str) -> _Meaning:
    try:
        encoder = current_encoder()  # asked for once: the model may be changed between two looks
        return _Meaning(encoder.embed_texts([text])[0], space_of(encoder))
    except EncoderUnavailable as exc:
        return _Meaning(problem=f"Search by meaning is not possible now. {exc}")


def _by_meaning(meaning: _Meaning, query: Sought, user: User, limit: int) -> list[Hit]:
    if meaning.vector is None or meaning.space is None:
        return []
    return _hits(nearest(meaning.vector, meaning.space, user, limit), user, query)


def _by_words(query: Sought, user: User, limit: int) -> list[Hit]:
    photos = list(photos_with(query, user).for_listing()[:limit])
    places = _places(photos, query)
    return [Hit(photo, NO_DISTANCE, places[photo.pk]) for photo in photos]


def _hits(near: Sequence[Near], user: User, query: Sought | None = None) -> list[Hit]:
    """Read the photos, once more only those the user may see: one may have gone since it was measured."""
    seen = Photo.objects.visible_to(user).listed().for_listing().in_bulk([found.photo_id for found in near])
    places = _places(seen.values(), query)
    return [
        Hit(photo, found.distance, ("semantic", *places[photo.pk]))
        for found in near
        if (photo := seen.get(found.photo_id))
    ]


def _places(photos: Collection[Photo], query: Sought | None) -> dict[int, tuple[str, ...]]:
    """Return by id where words of the query are written on these photos, in the picture itself last."""
    if query is None or not photos:
        return {photo.pk: () for photo in photos}
    in_picture = read_in([photo.pk for photo in photos], query)
    return {photo.pk: (*matches(photo, query), *(["text"] if photo.pk in in_picture else [])) for photo in photos}
