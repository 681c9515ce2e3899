"""Which photos of a person are like which, tier by tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Count

from accounts.models import User
from ai.hamming import near_pairs
from photos.duplicates.shots import taken_together
from photos.duplicates.stars import Near, Neighbours
from photos.models import ActiveModel, Fingerprint, LikenessBound, Photo
from photos.models.duplicate import Lookalike, Pair, Tier

BITS = 64
NEAR_BITS = 8
# Of two hashes that have nothing to do with one another, one pair in 25,000 is as near: enough for shots of one camera
# within seconds.
BURST_BITS = 16


@dataclass(frozen=True)
class Links:
    """The photos that are like others by one tier, and which they are like."""

    tier: Tier
    ids: Collection[int]
    near: Near


@dataclass
class _Pairs:
    """Pairs of photos, by each of the two, with how close they are."""

    close: defaultdict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, one: int, other: int, closeness: float) -> None:
        self.close[one][other] = self.close[other][one] = closeness

    def near(self, pk: int) -> Iterable[tuple[int, float]]:
        return self.close[pk].items()

    def links(self, tier: Tier) -> Links:
        return Links(tier, list(self.close), self.near)


def links_of(owner: User) -> list[Links]:
    """Return how the photos of a person that are not in the trash are linked, the surest tier first."""
    alike = _lookalikes(owner)
    raw, burst, shots = _Pairs(), _Pairs(), set()
    for one, other in taken_together(Photo.objects.visible_to(owner)):
        pair, bits = ordered(one.pk, other.pk), one.bits_from(other)
        if one.is_version_of(other):
            raw.add(one.pk, other.pk, 1.0)
            continue
        if one.at != other.at:
            shots.add(pair)
        if (bits is not None and bits <= BURST_BITS) or pair in alike:
            burst.add(one.pk, other.pk, alike.get(pair, 1 - (bits or 0) / BITS))
    similar = _Pairs()
    for (first, second), cosine in alike.items():
        if (first, second) not in shots:
            similar.add(first, second, cosine)
    return [
        _same_pixels(owner),
        raw.links(Tier.RAW),
        _near_identical(owner, shots),
        burst.links(Tier.BURST),
        similar.links(Tier.SIMILAR),
    ]


def ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _same_pixels(owner: User) -> Links:
    there = Fingerprint.objects.filter(photo__owner=owner, photo__trashed_at=None).exclude(pixels="")
    repeated = there.values("pixels").annotate(count=Count("pk")).filter(count__gt=1).values("pixels")
    classes: defaultdict[str, list[int]] = defaultdict(list)
    pixels_of = dict(there.filter(pixels__in=repeated).order_by("photo_id").values_list("photo_id", "pixels"))
    for pk, pixels in pixels_of.items():
        classes[pixels].append(pk)
    return Links(Tier.PIXELS, pixels_of, lambda pk: ((other, 1.0) for other in classes[pixels_of[pk]] if other != pk))


def _near_identical(owner: User, shots: Collection[Pair]) -> Links:
    """Link what looks the same; what a camera took one after the other is no copy, however alike."""
    there = Fingerprint.objects.filter(photo__owner=owner, photo__trashed_at=None, perceptual__isnull=False)
    rows = list(there.order_by("photo_id").values_list("photo_id", "perceptual"))
    ids = [pk for pk, _ in rows]
    signed = np.array([looks for _, looks in rows], dtype=np.int64)
    hashes, places = np.unique(signed.view(np.uint64), return_inverse=True)
    neighbours = Neighbours(len(hashes))
    for pairs in near_pairs(hashes, NEAR_BITS):
        neighbours.add(*pairs)
    having: defaultdict[int, list[int]] = defaultdict(list)
    for pk, place in zip(ids, places.tolist(), strict=True):
        having[place].append(pk)
    place_of = dict(zip(ids, places.tolist(), strict=True))

    def near(pk: int) -> Iterable[tuple[int, float]]:
        for place, bits in [(place_of[pk], 0), *neighbours.of(place_of[pk])]:
            for other in having[place]:
                if other != pk and ordered(pk, other) not in shots:
                    yield other, 1 - bits / BITS

    linked = set(neighbours.linked())
    return Links(Tier.NEAR, [pk for pk in ids if place_of[pk] in linked or len(having[place_of[pk]]) > 1], near)


def _lookalikes(owner: User) -> dict[Pair, float]:
    """Return how alike pairs of photos are to the model of the library, from its bound on.

    Pictures without anything in them are alike to every model, and that says nothing.
    """
    active = ActiveModel.current()
    bound = LikenessBound.objects.filter(model=active.key).first() if active else None
    if bound is None:
        return {}
    pairs = Lookalike.objects.filter(
        model=bound.model,
        cosine__gte=bound.cosine,
        first__owner=owner,
        first__trashed_at=None,
        second__owner=owner,
        second__trashed_at=None,
        first__fingerprint__perceptual__isnull=False,
        second__fingerprint__perceptual__isnull=False,
    )
    return {(first, second): cosine for first, second, cosine in pairs.values_list("first_id", "second_id", "cosine")}
