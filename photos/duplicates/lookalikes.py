"""Photos that a model finds very much alike: each is compared with all others of its owner, once for each model."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np
from django.db import transaction
from PIL import Image, ImageEnhance

from accounts.models import User
from ai.encoders.base import Encoder, EncoderUnavailable, model_key
from ai.encoders.placeholder import PlaceholderEncoder
from photos import embeddings, storage, thumbnails
from photos.duplicates.tiers import ordered
from photos.encoding import current_encoder
from photos.models import ActiveModel, Fingerprint, LikenessBound, Lookalike, Photo
from photos.models.duplicate import Pair
from photos.oneof import OneOf

AT_ONCE = 1000
MOST_EACH = 48  # lookalikes of one photo: more than a group shows

_PICTURES = 48  # as many are altered to measure a bound; with fewer it is measured anew when there are more
_FEW = 8
_TRIMMED = 0.05  # of each side
_BRIGHTER = 1.1
_QUARTER = 0.25
_UNMEASURED = 0.97  # from here on search takes two pictures for the same one (docs/relevance.md)
_LOOSEST, _STRICTEST = 0.9, 0.995


def compare_some(owner: User, now: datetime) -> bool:
    """Compare the next photos that nobody has compared with the others yet; True while there are more.

    Nothing is done, and nothing waits, where no model looks at pictures or the one of the library cannot be used.
    """
    active = ActiveModel.current()
    if active is None or (bound := bound_of(active.key, now)) is None:
        return False
    waiting = Fingerprint.objects.filter(photo__owner=owner, photo__trashed_at=None).exclude(compared_by=active.key)
    embedded = waiting.filter(photo__in=Photo.objects.embedded_by(active.key))
    ids = list(embedded.order_by("photo_id").values_list("photo_id", flat=True)[:AT_ONCE])
    cosines = _alike(owner, active.key, ids, bound)
    with transaction.atomic():
        _keep(active.key, cosines)
        Fingerprint.objects.filter(photo__in=OneOf(ids)).update(compared_by=active.key, fresh=True)
    return len(ids) == AT_ONCE


def _alike(owner: User, model: str, ids: list[int], bound: float) -> dict[Pair, float]:
    """Return the cosines from the bound on of these photos with all others of their owner: of each the closest."""
    new, vectors = embeddings.any_vectors_of(model, ids)
    found: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for others, rows in _among(owner, model) if len(new) else ():
        cosines = vectors @ rows.T
        cosines[new[:, None] == others] = -1  # itself
        for place in np.flatnonzero((cosines >= bound).any(axis=1)).tolist():
            closest = np.argsort(-cosines[place], kind="stable")[:MOST_EACH]
            reaching = closest[cosines[place, closest] >= bound]
            pairs = zip(cosines[place, reaching].tolist(), others[reaching].tolist(), strict=True)
            found[int(new[place])] = heapq.nlargest(MOST_EACH, [*found[int(new[place])], *pairs])
    return {ordered(pk, other): min(cosine, 1.0) for pk, like in found.items() for cosine, other in like}


def _keep(model: str, cosines: Mapping[Pair, float]) -> None:
    """Write how alike pairs of photos are; those of photos that are gone meanwhile are passed over."""
    held = Photo.objects.select_for_update().filter(pk__in=OneOf({pk for pair in cosines for pk in pair}))
    there = set(held.values_list("pk", flat=True))
    Lookalike.objects.bulk_create(
        [
            Lookalike(first_id=first, second_id=second, model=model, cosine=cosine)
            for (first, second), cosine in cosines.items()
            if {first, second} <= there
        ],
        update_conflicts=True,
        unique_fields=["first", "second", "model"],
        update_fields=["cosine"],
        batch_size=500,
    )


def _among(owner: User, model: str) -> Iterator[embeddings.Vectors]:
    theirs = np.fromiter(Photo.objects.visible_to(owner).order_by("pk").values_list("pk", flat=True), np.int64)
    for ids, vectors in embeddings.every_vector(model):
        mine = np.isin(ids, theirs, assume_unique=True)
        yield ids[mine], vectors[mine]


def bound_of(model: str, now: datetime) -> float | None:
    """Return from which cosine on pictures are very much alike to this model; None where none is known.

    It is measured where that was not done yet, and anew while the library is small and has doubled.
    """
    known, count = LikenessBound.objects.filter(model=model).first(), embeddings.count_embedded(model)
    if known and (known.pictures >= _PICTURES or count < 2 * known.pictures):
        return known.cosine
    try:
        encoder = current_encoder()
        encoder.warm_up()
    except EncoderUnavailable:
        return known.cosine if known else None
    if isinstance(encoder, PlaceholderEncoder) or model_key(encoder) != model:
        return None
    pictures = list(_pictures(model))
    cosine = _measured(encoder, pictures) if len(pictures) >= _FEW else _UNMEASURED
    values = {"cosine": cosine, "pictures": min(count, _PICTURES), "measured_at": now}
    LikenessBound.objects.update_or_create(model=model, defaults=values)
    Fingerprint.objects.filter(compared_by=model).update(compared_by="")
    return cosine


def _measured(encoder: Encoder, pictures: list[Image.Image]) -> float:
    """Return the cosine that three of four pictures reach with themselves, trimmed and brighter."""
    as_they_are, altered = (encoder.embed_images(some) for some in (pictures, [_altered(one) for one in pictures]))
    return float(np.clip(np.quantile((as_they_are * altered).sum(axis=1), _QUARTER), _LOOSEST, _STRICTEST))


def _altered(image: Image.Image) -> Image.Image:
    across, down = round(image.width * _TRIMMED), round(image.height * _TRIMMED)
    trimmed = image.crop((across, down, image.width - across, image.height - down))
    return ImageEnhance.Brightness(trimmed).enhance(_BRIGHTER)


def _pictures(model: str) -> Iterator[Image.Image]:
    """Yield small renditions of photos from all over the library, as far as they are there."""
    photos = Photo.objects.filter(trashed_at=None).embedded_by(model).order_by("pk")
    count = photos.count()
    for place in sorted({count * number // _PICTURES for number in range(_PICTURES)} if count else ()):
        for name in photos.values_list("image", flat=True)[place : place + 1]:
            if picture := thumbnails.reopened(storage.media_root(), name, enough=1):
                yield picture
