from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from ai.ocr.base import Line
    from photos.models.photo import Photo


@dataclass(frozen=True)
class Reading:
    """What a reader found in a picture, cleaned and bounded, in reading order."""

    lines: Sequence[Line]
    model: str

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class RecognisedTextQuerySet(models.QuerySet["RecognisedText"]):
    def put(self, photo: Photo, reading: Reading, now: datetime) -> None:
        """Keep what was read in the place of what was read before; a photo without text has no row."""
        if not reading.lines:
            self.filter(photo=photo).delete()
            return
        lines = [asdict(line) for line in reading.lines]
        values = {"text": reading.text, "lines": lines, "model": reading.model, "read_at": now}
        self.update_or_create(photo=photo, defaults=values)


class RecognisedText(models.Model):
    """The text in a photo: as one text to search in, and line by line with the place of each.

    A table of its own: searches go through all of it, and nothing else has to.
    """

    photo = models.OneToOneField("photos.Photo", models.CASCADE, primary_key=True, related_name="recognised")
    text = models.TextField(help_text="The lines in reading order.")
    lines = models.JSONField(
        help_text="Text, confidence and the corners of each line as fractions of width and height."
    )
    model = models.CharField(max_length=200)
    read_at = models.DateTimeField()

    objects = RecognisedTextQuerySet.as_manager()

    class Meta:
        db_table = "recognised_text"

    def __str__(self) -> str:
        return self.text[:80]
