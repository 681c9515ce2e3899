"""A library that nobody photographed, with vectors that crowd together as those of real pictures do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from accounts.local import local_owner
from accounts.models import User
from ai.vectors import unit_rows
from cloudzy.benchmark_search.words import Asked
from cloudzy.synthetic import insert
from photos import storage
from photos.models import Photo, Tag

CHUNK = 2000
SCENES = 2000  # places and occasions, of which one has many pictures
DEPTH = 48  # directions in which pictures of one scene differ, each less than the one before
LEANING, SCENE, WITHIN, GRAIN = 0.6, 0.75, 0.4, 0.1  # how much of a vector is what it shows, where it is, ...

# A sensitivity that so many photos have: what the filters of the benchmark ask for.
ISO_OF_SHARE = {0.1: 3200, 0.01: 6400, 0.001: 12800}
_USUAL_ISO = 100

FIRST = datetime(2008, 1, 1, tzinfo=UTC)
_MINUTES = 18 * 365 * 24 * 60
_CAMERAS = (("Canon", "EOS R5"), ("NIKON", "D750"), ("Apple", "iPhone 14"), ("SONY", "ILCE-7M4"), ("Google", "Pixel 8"))
_SHARES_OF_OWNERS = (0.9, 0.07, 0.03)


@dataclass(frozen=True, eq=False)
class SyntheticLibrary:
    """Photos by their number, each of them always the same."""

    concepts: Sequence[Asked]
    model: str

    @property
    def dimension(self) -> int:
        return len(self.concepts[0].vector)

    def fill(self, count: int) -> Iterator[int]:
        """Insert so many photos of three owners; yield how many are in after each chunk."""
        owners = [local_owner(), *(User.objects.create_user(f"owner {number}") for number in (2, 3))]
        named = Tag.objects.named(concept.word for concept in self.concepts)
        tags = [named[concept.word] for concept in self.concepts]
        storage.prepare()  # before the first row: a library with photos and no marker counts as unmounted
        for start in range(0, count, CHUNK):
            numbers = np.arange(start, min(start + CHUNK, count))
            chance = np.random.default_rng([1, start])
            shown = self._shown(len(numbers), chance)
            photos = [self._photo(int(number), owners, shown[at], chance) for at, number in enumerate(numbers)]
            said = [[tags[int(place)] for place in np.flatnonzero(row)] for row in shown]
            insert(photos, self.vectors(shown, chance), said, self.model)
            yield int(numbers[-1]) + 1

    def vectors(self, shown: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Return unit rows, shape (n, d), for photos that show these concepts, bool of shape (n, concepts)."""
        count = len(shown)
        directions = np.stack([concept.vector for concept in self.concepts])
        # What a picture is most about differs from picture to picture.
        leaning = (shown * chance.exponential(1.0, shown.shape)).astype(np.float32) @ directions
        lengths = np.linalg.norm(leaning, axis=1, keepdims=True)
        leaning /= np.where(lengths > 0, lengths, 1)
        within = chance.normal(size=(count, DEPTH)).astype(np.float32) * self._spread
        grain = chance.normal(size=(count, self.dimension)).astype(np.float32) / np.sqrt(self.dimension)
        scenes = self._scenes[chance.integers(0, SCENES, count)]
        mixed = LEANING * leaning + SCENE * scenes + WITHIN * (within @ self._basis) + GRAIN * grain
        return unit_rows(mixed, self.dimension)

    @cached_property
    def _scenes(self) -> np.ndarray:
        # Scenes themselves lie in few directions: libraries are about people, homes, journeys.
        chance = np.random.default_rng(2)
        coarse = chance.normal(size=(64, self.dimension)) * (1 / np.sqrt(np.arange(1, 65)))[:, None]
        return unit_rows((chance.normal(size=(SCENES, 64)) @ coarse).astype(np.float32), self.dimension)

    @cached_property
    def _basis(self) -> np.ndarray:
        return unit_rows(
            np.random.default_rng(3).normal(size=(DEPTH, self.dimension)).astype(np.float32), self.dimension
        )

    @cached_property
    def _spread(self) -> np.ndarray:
        spread = 1 / np.sqrt(np.arange(1, DEPTH + 1, dtype=np.float32))
        return spread / np.linalg.norm(spread)

    def _shown(self, count: int, chance: np.random.Generator) -> np.ndarray:
        shares = np.array([concept.share for concept in self.concepts])
        return chance.random((count, len(shares))) < shares

    def _photo(self, number: int, owners: Sequence[User], shown: np.ndarray, chance: np.random.Generator) -> Photo:
        words = [self.concepts[int(place)].word for place in np.flatnonzero(shown)]
        make, model = _CAMERAS[int(chance.integers(len(_CAMERAS)))]
        moment = FIRST + timedelta(minutes=int(chance.integers(_MINUTES)))
        drawn = chance.random()
        return Photo(
            owner=owners[int(chance.choice(len(owners), p=_SHARES_OF_OWNERS))],
            filename=f"synthetic_{number}.jpg",
            original_name=f"IMG_{number:07d}.jpg",
            image=f"originals/00/{number:032x}.jpg",
            sha256=f"{number:064x}",
            bytes=3_000_000 + number % 1_000_000,
            format="jpeg",
            width=4000 if number % 4 else 3000,
            height=3000 if number % 4 else 4000,
            taken_at=moment,
            created_at=moment,
            camera_make=make,
            camera_model=model,
            iso=next((iso for share, iso in _thresholds() if drawn < share), _USUAL_ISO),
            rating=int(number % 6) if number % 3 == 0 else None,
            favorite=number % 33 == 0,
            archived=number % 97 == 0,
            trashed_at=moment if number % 199 == 0 else None,
            caption=f"{', '.join(words).capitalize()}, photographed in {moment:%B %Y}." if words else "",
            status=Photo.Status.READY,
        )


def _thresholds() -> list[tuple[float, int]]:
    """Return up to which draw, of 0 to 1, a photo has which rare sensitivity."""
    reached, pairs = 0.0, []
    for share, iso in ISO_OF_SHARE.items():
        reached += share
        pairs.append((reached, iso))
    return pairs
