"""Encoders that do something in the middle of the embedding stage, and photos to give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from django.core.files.base import ContentFile
from PIL import ExifTags, Image

from accounts.local import local_owner
from ai.fakes import FakeEncoder
from photos.models import Photo, Stage
from photos.tests.factories import at
from photos.tests.pictures import exif, jpeg
from photos.uploads import accept_upload

NOW = at("2024-05-01 12:00")
DATED = exif({ExifTags.Base.Model: "D750"}, {ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22"})


class Interrupted(FakeEncoder):
    """Lets the test do something in the middle of the embedding stage."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self._calls: list[int] = []  # shared with the copies that are handed a vocabulary

    @property
    def asked(self) -> int:
        return len(self._calls)

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self._calls.append(len(images))
        self.meanwhile()
        return super().embed_images(images)


def uploaded(data: bytes | None = None) -> Photo:
    """Bring in a photo as an upload does, not analysed yet; by default a red one of 2019."""
    return accept_upload(ContentFile(data or jpeg(exif=DATED), name="a.jpg"), local_owner(), NOW).photo


def states(photo: Photo) -> list[tuple[str, int]]:
    """Return state and attempts of each stage, in order."""
    rows = {stage.name: (stage.status, stage.attempts) for stage in photo.stages.all()}
    return [rows[name] for name in Stage.ORDER]
