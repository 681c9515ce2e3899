from __future__ import annotations

from django.db import models


class Picture(models.Model):
    """What the bytes of an image showed at the door."""

    format = models.CharField(max_length=16, default="", editable=False)
    width = models.PositiveIntegerField(default=0, editable=False, help_text="Pixels, upright.")
    height = models.PositiveIntegerField(default=0, editable=False, help_text="Pixels, upright.")
    animated = models.BooleanField(default=False, editable=False, help_text="Its first frame is shown.")
    panorama = models.BooleanField(default=False, editable=False)
    clip_start = models.PositiveBigIntegerField(default=0, editable=False, help_text="Of the video in the file.")
    clip_length = models.PositiveBigIntegerField(default=0, editable=False, help_text="Bytes; 0 without a video.")

    class Meta:
        abstract = True
