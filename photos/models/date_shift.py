from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models

from photos.metadata import DateSource


class DateShift(models.Model):
    """One correction of the clock of many photos of a person, kept for as long as it can be undone."""

    KEPT = timedelta(days=30)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="date_shifts")
    seconds = models.BigIntegerField(help_text="How much later the photos are now; earlier below nought.")
    made_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "date_shift"

    def __str__(self) -> str:
        return f"{self.seconds:+} s"

    @property
    def by(self) -> timedelta:
        return timedelta(seconds=self.seconds)


class ShiftedDate(models.Model):
    """The date of one photo as it was before a shift."""

    shift = models.ForeignKey(DateShift, models.CASCADE, related_name="dates")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")
    taken_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=DateSource)
    was_edited = models.BooleanField(help_text="Whether a person had set it before.")

    class Meta:
        db_table = "shifted_date"
        constraints = [models.UniqueConstraint(fields=["shift", "photo"], name="shifted_date_once")]

    def __str__(self) -> str:
        return f"{self.photo_id}: {self.taken_at:%Y-%m-%d %H:%M:%S}"
