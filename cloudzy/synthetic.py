"""A library that nobody photographed, for measuring: rows, tags and vectors by the thousand, pictures by the dozen."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from PIL import Image

from accounts.models import User
from photos import embeddings
from photos.models import Photo, PhotoTag, Stage, Tag

WORDS = [f"word {number}" for number in range(100)]
TAGS_EACH = 3
# How far a picture leans towards what it shows, beside a random direction of length one.
SURENESS = 1.0
CHUNK = 1000
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
ASPECTS = ((4, 3), (3, 2), (3, 4), (16, 9), (1, 1))


def picture(seed: int, size: tuple[int, int] = (500, 375)) -> bytes:
    """Return a JPEG with soft shapes and fine grain, which compresses about as a photo does."""
    chance = np.random.default_rng(seed)
    shapes = Image.fromarray(chance.integers(0, 255, (6, 8, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    grain = chance.normal(0, 6, (size[1], size[0], 1))
    pixels = np.clip(np.asarray(shapes, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=88)
    return out.getvalue()


def add_photos(owner: User, count: int, dimension: int, model: str, around: np.ndarray | None = None) -> Iterator[int]:
    """Insert analysed photos without files; yield how many are in after each chunk.

    Their vectors lie anywhere, or around these unit rows as pictures lie around what they show.
    """
    tags = list(Tag.objects.named(WORDS).values())
    chance = np.random.default_rng(0)
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        vectors = chance.normal(size=(len(numbers), dimension)).astype(np.float32)
        if around is not None:
            shown = around[chance.integers(0, len(around), len(numbers))]
            vectors = SURENESS * shown + vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        said = [[tags[(number * 7 + step * 13) % len(tags)] for step in range(TAGS_EACH)] for number in numbers]
        insert([_photo(owner, number) for number in numbers], vectors, said, model)
        yield numbers[-1] + 1


def insert(photos: Sequence[Photo], vectors: np.ndarray, tags: Sequence[Sequence[Tag]], model: str) -> None:
    """Insert photos as if they had been analysed, each with its vector, a row of shape (n, d), and its tags."""
    with transaction.atomic():
        Photo.objects.bulk_create(photos)
        ids = [photo.pk for photo in photos]
        embeddings.put_vectors(model, dict(zip(ids, vectors, strict=True)))
        _finish_stages(ids)
        scores = {
            pk: {tag.pk: 0.9 - at / 100 for at, tag in enumerate(words)} for pk, words in zip(ids, tags, strict=True)
        }
        PhotoTag.objects.put_machine_scores(scores, model)


def _finish_stages(ids: Sequence[int]) -> None:
    # By hand: there are five of them a photo, and bulk_create() takes ten times as long to write the same.
    rows = [(pk, name, Stage.Status.DONE, Stage.VERSIONS.get(name)) for pk in ids for name in Stage.QUICK]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO photo_stage (photo_id, name, status, version, attempts, error, before)"
            " VALUES (%s, %s, %s, %s, 0, '', '')",
            rows,
        )


def _photo(owner: User, number: int) -> Photo:
    width, height = ASPECTS[number % len(ASPECTS)]
    moment = FIRST + timedelta(hours=5 * number)
    return Photo(
        owner=owner,
        filename=f"synthetic_{number}.jpg",
        original_name=f"synthetic {number}.jpg",
        image=f"originals/00/{number:032x}.jpg",
        sha256=f"{number:064x}",
        bytes=100_000,
        format="jpeg",
        width=width * 250,
        height=height * 250,
        taken_at=moment,
        created_at=moment,
        caption=f"Synthetic photo {number}.",
        status=Photo.Status.READY,
    )
