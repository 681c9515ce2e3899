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
OF_SCENE = 0.7  # how much of what a picture shows is what its scene is about: on a beach, the beach
LEANING, SCENE, WITHIN, GRAIN = 0.5, 0.7, 0.4, 0.1  # how much of a vector is what it shows, where it is, ...

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
            scenes, shown = self.drawn(len(numbers), chance)
            photos = [self._photo(int(number), owners, shown[at], chance) for at, number in enumerate(numbers)]
            said = [[tags[int(place)] for place in np.flatnonzero(row)] for row in shown]
            insert(photos, self.vectors(scenes, shown, chance), said, self.model)
            yield int(numbers[-1]) + 1

    def drawn(self, count: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the scenes of so many photos, and which concepts they show, bool of shape (n, concepts)."""
        scenes = chance.integers(0, SCENES, count)
        usual = chance.random((count, len(self.concepts))) < OF_SCENE
        besides = chance.random((count, len(self.concepts))) < (1 - OF_SCENE) * self._shares
        return scenes, (self._about[scenes] & usual) | besides

    def vectors(self, scenes: np.ndarray, shown: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Return unit rows, shape (n, d), for photos of these scenes that show these concepts."""
        # What a picture is most about is what its scene is most about, and differs a little from picture to picture.
        weights = shown * self._weights[scenes] * chance.exponential(1.0, shown.shape) ** 0.5
        leaning = _lengthened(weights.astype(np.float32) @ self._directions)
        within = chance.normal(size=(len(shown), DEPTH)).astype(np.float32) * self._spread
        grain = chance.normal(size=(len(shown), self.dimension)).astype(np.float32) / np.sqrt(self.dimension)
        scene = self._scenes[scenes]
        mixed = LEANING * leaning + SCENE * scene + WITHIN * (within @ self._basis) + GRAIN * grain
        return unit_rows(mixed, self.dimension)

    @cached_property
    def _shares(self) -> np.ndarray:
        return np.array([concept.share for concept in self.concepts])

    @cached_property
    def _directions(self) -> np.ndarray:
        return np.stack([concept.vector for concept in self.concepts])

    @cached_property
    def _about(self) -> np.ndarray:
        """What each scene is about, bool of shape (scenes, concepts): each concept its share of the scenes."""
        chance, about = np.random.default_rng(5), np.zeros((SCENES, len(self.concepts)), bool)
        for place, share in enumerate(self._shares):
            about[chance.choice(SCENES, max(1, round(share * SCENES)), replace=False), place] = True
        return about

    @cached_property
    def _weights(self) -> np.ndarray:
        """How much each scene is about each concept, shape (scenes, concepts): about few very much."""
        return np.random.default_rng(6).exponential(1.0, self._about.shape) ** 1.5

    @cached_property
    def _scenes(self) -> np.ndarray:
        # Scenes lie near what they are about, and beyond that in few directions: people, homes, journeys.
        chance = np.random.default_rng(2)
        coarse = chance.normal(size=(64, self.dimension)) * (1 / np.sqrt(np.arange(1, 65)))[:, None]
        elsewhere = _lengthened((chance.normal(size=(SCENES, 64)) @ coarse).astype(np.float32))
        about = _lengthened((self._about * self._weights).astype(np.float32) @ self._directions)
        return unit_rows(0.7 * about + 0.7 * elsewhere, self.dimension)

    @cached_property
    def _basis(self) -> np.ndarray:
        return unit_rows(
            np.random.default_rng(3).normal(size=(DEPTH, self.dimension)).astype(np.float32), self.dimension
        )

    @cached_property
    def _spread(self) -> np.ndarray:
        spread = 1 / np.sqrt(np.arange(1, DEPTH + 1, dtype=np.float32))
        return spread / np.linalg.norm(spread)

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


def _lengthened(rows: np.ndarray) -> np.ndarray:
    """Return rows of length one, and zeros as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
