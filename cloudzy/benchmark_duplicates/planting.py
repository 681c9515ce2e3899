"""A library with duplicates of every kind, a pair of each to a hundred photos, and with pairs that nearly are some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from accounts.models import User
from cloudzy.synthetic import CHUNK, add_photos, insert
from photos.duplicates.tiers import BURST_BITS, NEAR_BITS, ordered
from photos.embeddings import any_vectors_of
from photos.models import Fingerprint, Photo, Tier
from photos.models.duplicate import Pair

_RARE = 100  # photos to a pair of each kind
_BITS = 64
_MOST_AWAY = 12  # bits in which a look-alike differs; distinct photos differ in 20 or more
_NOISE = 0.15  # added to a vector of length 1: the cosine is then 0.989


@dataclass(frozen=True)
class Planted:
    pairs: Mapping[Tier, frozenset[Pair]]
    look_alikes: frozenset[Pair]  # that are no duplicates


@dataclass(frozen=True)
class _Twins:
    """A photo and one made of it, which is a duplicate of this kind, or nearly one."""

    number: int
    kind: Tier | None
    original: Photo
    other: Photo

    @property
    def pair(self) -> Pair:
        return ordered(self.original.pk, self.other.pk)


def plant(owner: User, count: int, dimension: int, model: str, progress: Callable[[str], None]) -> Planted:
    """Fill an empty library with so many photos in all, analysed; return which of them are duplicates."""
    each = max(count // _RARE, 1)
    kinds = [*Tier, None]
    for done in add_photos(owner, count - len(kinds) * each, dimension, model):
        progress(f"{done} of {count} photos")
    originals = Photo.objects.filter(owner=owner).order_by("pk")[: len(kinds) * each]
    twins = [_twins(number, kinds[number // each], photo) for number, photo in enumerate(originals)]
    chance = np.random.default_rng(1)
    for start in range(0, len(twins), CHUNK):
        some = twins[start : start + CHUNK]
        insert([one.other for one in some], _vectors(some, model, chance), [[] for _ in some], model)
    columns = ["original_name", "camera_model", "taken_at_source"]
    Photo.objects.bulk_update([one.original for one in twins], columns, batch_size=CHUNK)
    Fingerprint.objects.bulk_create(_fingerprints(owner, twins, chance), batch_size=CHUNK)
    pairs = {kind: frozenset(one.pair for one in twins if one.kind is kind) for kind in kinds}
    return Planted({tier: pairs[tier] for tier in Tier}, pairs[None])


def _twins(number: int, kind: Tier | None, original: Photo) -> _Twins:
    """Make another photo; of bursts and raw files both say by which camera and when."""
    other = copy(original)
    other.pk = None
    other.filename, other.original_name = f"copy_{number}.jpg", f"copy {number}.jpg"
    other.image, other.sha256 = f"originals/01/{number:032x}.jpg", f"c{number:063x}"
    other.favorite, other.title = True, f"Copy {number}"  # so that there is something to move
    if kind in (Tier.RAW, Tier.BURST):
        for photo in (original, other):
            photo.camera_model, photo.taken_at_source = "R5", Photo.DateSource.EXIF
    if kind is Tier.RAW:
        original.original_name, other.original_name, other.format = f"IMG_{number}.JPG", f"IMG_{number}.CR3", "cr3"
    if kind is Tier.BURST:
        other.taken_at = original.taken_at + timedelta(seconds=2)
    return _Twins(number, kind, original, other)


def _vectors(twins: Sequence[_Twins], model: str, chance: np.random.Generator) -> np.ndarray:
    """Return unit vectors of the others, (n, d): those of the kind that models find lie near their original's."""
    ids, rows = any_vectors_of(model, [one.original.pk for one in twins])
    own = rows[np.searchsorted(ids, [one.original.pk for one in twins])]
    away = chance.normal(size=own.shape).astype(np.float32)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    is_similar = np.array([one.kind is Tier.SIMILAR for one in twins])[:, None]
    vectors: np.ndarray = np.where(is_similar, own + _NOISE * away, away)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _fingerprints(owner: User, twins: Sequence[_Twins], chance: np.random.Generator) -> Iterator[Fingerprint]:
    """Yield what every photo looks like: anything, but for those whose twin looks so, or nearly so."""
    photos = Photo.objects.filter(owner=owner).order_by("pk").values_list("pk", flat=True)
    bits = chance.integers(0, 2**_BITS, len(photos), dtype=np.uint64)
    looks = dict(zip(photos, bits.tolist(), strict=True))
    pixels = {pk: f"{pk:064x}" for pk in looks}
    for one in twins:
        own = looks[one.original.pk]
        if one.kind is Tier.PIXELS:
            pixels[one.other.pk] = pixels[one.original.pk]
        if one.kind is not Tier.SIMILAR:
            looks[one.other.pk] = own ^ _flipped(*_ALIKE.get(one.kind, (0, 0)), chance)
    for pk, seen in looks.items():
        signed = seen - 2**_BITS if seen >= 2 ** (_BITS - 1) else seen
        yield Fingerprint(photo_id=pk, pixels=pixels[pk], perceptual=signed)


# In how many bits twins look different, at least and at most.
_ALIKE: Mapping[Tier | None, tuple[int, int]] = {
    Tier.NEAR: (0, NEAR_BITS),
    Tier.BURST: (0, BURST_BITS),
    None: (NEAR_BITS + 1, _MOST_AWAY),
}


def _flipped(least: int, most: int, chance: np.random.Generator) -> int:
    places = chance.choice(_BITS, chance.integers(least, most + 1), replace=False)
    return sum(1 << int(place) for place in places)
