from __future__ import annotations

from django.db import models


class PhotoFile(models.Model):
    """A file that belongs to a photo beside its original, kept among the originals and never rewritten."""

    class Kind(models.TextChoices):
        SIDECAR = "sidecar", "Notes of another program (XMP)"
        RAW = "raw", "Raw"
        EDITED = "edited"
        MOTION = "motion", "Video of a motion photo"

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=255, help_text="As it was called where it came from.")
    stored = models.CharField(max_length=255, unique=True, help_text="Relative to the media folder.")
    sha256 = models.CharField("SHA-256", max_length=64)
    bytes = models.PositiveBigIntegerField()

    class Meta:
        db_table = "photo_file"

    def __str__(self) -> str:
        return self.name
