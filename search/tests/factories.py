"""Vectors, and rows that carry them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from accounts.models import User
from ai.encoders.base import model_key
from ai.loading import get_encoder
from photos.models import Embedding, Photo

DIMENSION = 32  # of the fake encoder
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def unit_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clustered_vectors(count: int, dimension: int, seed: int = 0) -> np.ndarray:
    """Return unit vectors as photos have them: in clusters of very different sizes, on few dimensions, with noise."""
    chance = np.random.default_rng(seed)
    centres = unit_vectors(100, seed, 16) @ chance.standard_normal((16, dimension)) / 4
    sizes = chance.pareto(1.0, 100) + 0.05
    chosen = chance.choice(100, count, p=sizes / sizes.sum())
    rows = centres[chosen] + 0.6 * unit_vectors(count, seed + 1, dimension)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def axis(number: int) -> np.ndarray:
    return np.eye(DIMENSION, dtype=np.float32)[number]


def leaning(number: int, angle: float) -> np.ndarray:
    """Return a unit vector this many radians away from an axis, towards the next one."""
    return (np.cos(angle) * axis(number) + np.sin(angle) * axis(number + 1)).astype(np.float32)


def bulk_photos(owner: User, vectors: np.ndarray, prefix: str = "bulk") -> list[Photo]:
    """Insert rows without files at one stroke. No signal is sent: for rows that lie there before the first search."""
    model = model_key(get_encoder())
    photos = [
        Photo(
            owner=owner,
            filename=f"{prefix}_{number}.jpg",
            original_name=f"{prefix} {number}.jpg",
            image=f"originals/{prefix}_{number}.jpg",
            sha256=f"{prefix}{number}",
            bytes=1,
            format="jpeg",
            width=4,
            height=3,
            taken_at=NOW,
        )
        for number in range(len(vectors))
    ]
    made = Photo.objects.bulk_create(photos)
    rows = zip(made, vectors, strict=True)
    Embedding.objects.bulk_create(Embedding(photo=photo, vector=vector, model=model) for photo, vector in rows)
    return made
