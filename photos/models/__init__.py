from __future__ import annotations

from photos.models.photo import Photo
from photos.models.stage import Stage
from photos.models.tag import PhotoTag, Tag

__all__ = ["Photo", "PhotoTag", "Stage", "Tag"]
