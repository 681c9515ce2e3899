"""What an encoder makes of pictures that lie in files, outside the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PIL import Image
from rest_framework.exceptions import APIException

from ai.encoders.base import Encoder
from photos import images
from photos.labelled import LabelledPicture, Skipped
from photos.thumbnails import SIZES

_BATCH = 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Seen:
    """The pictures that could be read and their (n, dimension) vectors, those that could not, and the time it took."""

    pictures: tuple[LabelledPicture, ...]
    vectors: np.ndarray
    skipped: tuple[Skipped, ...]
    decode_s: float
    embed_s: float


def look_at(encoder: Encoder, pictures: Sequence[LabelledPicture], max_pixels: int, progress: Progress) -> Seen:
    """Decode the pictures as an upload is decoded, and embed them; raise EncoderUnavailable.

    `progress` is called with how many are done, and of how many.
    """
    encoder.warm_up()
    seen, skipped, rows = list[LabelledPicture](), list[Skipped](), [np.empty((0, encoder.dimension), np.float32)]
    decode_s = embed_s = 0.0
    for start in range(0, len(pictures), _BATCH):
        progress(start, len(pictures))
        begun = perf_counter()
        decoded = list(_decoded(pictures[start : start + _BATCH], max_pixels, skipped))
        read = perf_counter()
        rows.append(encoder.embed_images([image for _, image in decoded]))
        decode_s, embed_s = decode_s + read - begun, embed_s + perf_counter() - read
        seen += [picture for picture, _ in decoded]
    progress(len(pictures), len(pictures))
    return Seen(tuple(seen), np.concatenate(rows), tuple(skipped), decode_s, embed_s)


def _decoded(
    pictures: Sequence[LabelledPicture], max_pixels: int, skipped: list[Skipped]
) -> Iterator[tuple[LabelledPicture, Image.Image]]:
    """Yield those that can be decoded; the others are added to `skipped`."""
    for picture in pictures:
        try:
            yield picture, images.decode(picture.path, max_pixels, max(SIZES)).image
        except APIException as problem:
            skipped.append(Skipped(picture.name, str(problem.detail)))
        except OSError as problem:
            skipped.append(Skipped(picture.name, problem.strerror or str(problem)))
