"""How much memory decoding may take in one process at a time, whatever its threads are asked to decode."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from PIL import Image

from photos.image_types import AVIF, HEIC, JPEG, JPEG_2000, WEBP, ImageType

LARGE = 25_000_000  # pixels; such an image may take hundreds of megabytes, so one is decoded at a time
# Bytes that all other images together may take; the heaviest of them is a JPEG 2000 of 25 megapixels.
BUDGET = 500_000_000

# Bytes a pixel while it is decoded and flattened, measured with transparency, where a type has it: Pillow keeps up to
# four, and some libraries have copies of their own.
_BYTES = {WEBP: 17, AVIF: 12, HEIC: 12} | dict.fromkeys(JPEG_2000, 20)
_BYTES_ELSEWHERE = 6
_BYTES_OF_COEFFICIENTS = 6  # a progressive JPEG is kept whole in this form, however small it is decoded


class Budget:
    """An amount that many threads take parts of; who finds too little left waits, in the order of coming."""

    def __init__(self, amount: int) -> None:
        self._left = amount
        self._turn = threading.Lock()
        self._given_back = threading.Condition()

    @contextmanager
    def part(self, amount: int) -> Iterator[None]:
        """Hold `amount`, at most the whole budget, while the block runs."""
        with self._turn, self._given_back:
            self._given_back.wait_for(lambda: self._left >= amount)
            self._left -= amount
        try:
            yield
        finally:
            with self._given_back:
                self._left += amount
                self._given_back.notify()


_one_large_at_a_time = threading.Lock()
_budget = Budget(BUDGET)


def decoding_slot(kind: ImageType, image: Image.Image, pixels: int) -> AbstractContextManager[bool | None]:
    """Wait until there is room to decode `image`: opened, and for a JPEG perhaps drafted to fewer than its `pixels`.

    Of images over 25 megapixels one is decoded at a time, and smaller ones beside it.
    """
    return _one_large_at_a_time if pixels > LARGE else _budget.part(_weight(kind, image, pixels))


def _weight(kind: ImageType, image: Image.Image, pixels: int) -> int:
    if kind is not JPEG:
        return pixels * _BYTES.get(kind, _BYTES_ELSEWHERE)
    coefficients = pixels * _BYTES_OF_COEFFICIENTS if "progressive" in image.info else 0
    return math.prod(image.size) * _BYTES_ELSEWHERE + coefficients
