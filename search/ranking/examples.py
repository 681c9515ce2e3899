"""The examples of a query as what they look like: photos, parts of photos, pictures that were shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from PIL import Image

from accounts.models import User
from ai.encoders.base import Encoder
from photos.embeddings import any_vectors_of
from photos.models import Photo
from photos.regions import BadRegion, Region
from search.errors import BadQuery, NotAnalysed
from search.index.spaces import Space
from search.language import Example
from search.models import ShownPicture
from search.ranking.looks import embedded, encoder_for_pictures, look_of_region, remembered


@dataclass(frozen=True)
class Shown:
    """The photos and pictures that examples are, by id and token: the user's own, and nobody else's."""

    photos: Mapping[int, Photo]
    pictures: Mapping[str, ShownPicture]

    @classmethod
    def by(cls, examples: Collection[Example], user: User, now: datetime) -> Self:
        """Read them, as many as there still are."""
        photos = Photo.objects.visible_to(user)
        ids = {example.photo_id for example in examples if example.photo_id is not None}
        tokens = {example.token for example in examples if example.token}
        pictures = ShownPicture.objects.of(user, now).in_bulk(list(tokens)) if tokens else {}
        return cls(photos.in_bulk(list(ids)) if ids else {}, pictures)

    def check(self, examples: Collection[Example]) -> None:
        """Raise BadQuery for the first that is not there."""
        for example in examples:
            if example.photo_id is not None and example.photo_id not in self.photos:
                raise BadQuery(
                    f"similar: there is no photo {example.photo_id}. similar: takes the number of a photo of yours."
                )
            if example.token and example.token not in self.pictures:
                raise BadQuery("similar: this picture is not kept any more. Search by it once more.")


def looks_of(
    examples: Sequence[Example], user: User, now: datetime, space: Space, encoder: Encoder | None
) -> list[np.ndarray]:
    """Return what each of them looks like in this space, unit vectors of shape (d,).

    Raises BadQuery for what is not there or no part of it, NotAnalysed for a photo without a vector, ModelMissing where
    something would have to be looked at and the encoder is away, and what reading the file of a photo raises.
    """
    shown = Shown.by(examples, user, now)
    shown.check(examples)
    whole = [example.photo_id for example in examples if example.photo_id is not None and not example.region]
    ids, rows = any_vectors_of(space.model, whole)
    known = dict(zip(ids.tolist(), rows, strict=True))
    if lacking := set(whole) - known.keys():
        raise NotAnalysed(f"Photo {min(lacking)} is not analysed yet, so nothing can be similar to it.")
    return [_look(example, shown, known, space, encoder) for example in examples]


def _look(
    example: Example, shown: Shown, known: Mapping[int, np.ndarray], space: Space, encoder: Encoder | None
) -> np.ndarray:
    try:
        if example.photo_id is None:
            return _look_of_picture(shown.pictures[example.token], example.region, space, encoder)
        if example.region is None:
            return known[example.photo_id]
        return look_of_region(shown.photos[example.photo_id], example.region, encoder or encoder_for_pictures())
    except BadRegion as exc:
        raise BadQuery(f"similar: {exc}") from exc


def _look_of_picture(picture: ShownPicture, region: Region | None, space: Space, encoder: Encoder | None) -> np.ndarray:
    """Return what a shown picture looks like; it is looked at again for a part of it, or by another model."""
    if region is None and picture.model == space.model:
        vector: np.ndarray = picture.vector
        return vector
    encoder = encoder or encoder_for_pictures()
    return remembered(lambda: embedded(_cut(picture.image(), region), encoder), encoder, picture.token, str(region))


def _cut(image: Image.Image, region: Region | None) -> Image.Image:
    return region.cut_out(image) if region else image
