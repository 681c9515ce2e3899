from __future__ import annotations

from datetime import datetime

from django.db import models

from photos import walltime
from photos.metadata import DateSource, display_camera, display_shutter
from photos.metadata.facts import LINE_LENGTH


class PhotoFacts(models.Model):
    """The columns of a photo for what its file and its surroundings say of how, when and where it was taken."""

    taken_at = models.DateTimeField(help_text="Wall clock where it was taken.")
    taken_offset = models.SmallIntegerField(null=True, blank=True, help_text="Minutes east of UTC.")
    taken_at_source = models.CharField(max_length=16, choices=DateSource, default=DateSource.UPLOAD)
    camera_make = models.CharField(max_length=LINE_LENGTH, blank=True)
    camera_model = models.CharField(max_length=LINE_LENGTH, blank=True)
    lens = models.CharField(max_length=LINE_LENGTH, blank=True)
    aperture = models.FloatField(null=True, blank=True, help_text="f-number.")
    shutter = models.FloatField(null=True, blank=True, help_text="Exposure time in seconds.")
    iso = models.PositiveIntegerField("ISO", null=True, blank=True)
    focal_length = models.FloatField(null=True, blank=True, help_text="Millimetres.")
    focal_length_35mm = models.FloatField(null=True, blank=True, help_text="Millimetres on 35 mm film.")
    flash = models.BooleanField(null=True, blank=True, help_text="Whether it fired.")
    software = models.CharField(max_length=LINE_LENGTH, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    altitude = models.FloatField(null=True, blank=True, help_text="Metres above the sea.")
    direction = models.FloatField(null=True, blank=True, help_text="Where the camera looked: degrees from north.")
    city = models.CharField(max_length=LINE_LENGTH, blank=True)
    region = models.CharField(max_length=LINE_LENGTH, blank=True)
    country = models.CharField(max_length=LINE_LENGTH, blank=True)
    artist = models.CharField(max_length=LINE_LENGTH, blank=True)
    copyright = models.CharField(max_length=LINE_LENGTH, blank=True)

    class Meta:
        abstract = True

    @property
    def camera(self) -> str:
        return display_camera(self.camera_make, self.camera_model)

    @property
    def shutter_text(self) -> str:
        return "" if self.shutter is None else display_shutter(self.shutter)

    @property
    def taken_locally(self) -> datetime:
        """`taken_at` as a clock on the wall showed it: with its offset where that is known, else without any."""
        return walltime.as_shown(self.taken_at, self.taken_offset)

    @property
    def place_names(self) -> list[str]:
        """What its place is called, from the nearest to the widest: city, region, country, each that is known once."""
        return list(dict.fromkeys(name for name in (self.city, self.region, self.country) if name))

    @property
    def place(self) -> str:
        return ", ".join(self.place_names)
