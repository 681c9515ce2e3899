"""What files and their surroundings say of a photo. docs/metadata.md tells which source wins for which field.

`read_metadata` is the whole of it; beside it stand the modules for each source, none of which believes what it reads.
"""

from __future__ import annotations

from photos.metadata.dates import Circumstances
from photos.metadata.display import display_camera, display_shutter
from photos.metadata.facts import DESCRIPTION_LENGTH, LINE_LENGTH, Face, Facts
from photos.metadata.reading import Metadata, read_metadata
from photos.metadata.sources import DateSource

__all__ = [
    "DESCRIPTION_LENGTH",
    "LINE_LENGTH",
    "Circumstances",
    "DateSource",
    "Face",
    "Facts",
    "Metadata",
    "display_camera",
    "display_shutter",
    "read_metadata",
]
