from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from PIL import Image

from photos import images, originals, storage, thumbnails
from photos.models import Photo
from photos.unreadable import DecoderFailed


@dataclass
class Work:
    """One photo at work: its row as it was at the start, and its picture decoded at most once."""

    photo: Photo
    now: datetime
    picture: Image.Image | None = None
    broke_off: DecoderFailed | None = None

    @cached_property
    def image(self) -> Image.Image:
        """The whole picture, upright, sRGB, at most 1600 pixels on its longer side.

        A file that the decoder broke off on is not given to it again at once: three stages would hang as long as three.
        """
        if self.picture:
            return self.picture
        if self.broke_off:
            raise self.broke_off
        try:
            with originals.reading(self.photo.original) as path:
                return images.open_upright(path, max(thumbnails.SIZES))
        except DecoderFailed as exc:
            self.broke_off = exc
            raise

    @property
    def small(self) -> Image.Image:
        """The picture where a few hundred pixels are enough: a rendition, unless the whole is decoded already."""
        if self.picture or "image" in self.__dict__:
            return self.image
        return thumbnails.reopened(storage.media_root(), self.photo.original, enough=1) or self.image
