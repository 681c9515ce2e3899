"""What is remembered of archives of Google's Takeout that come one by one, until all that belong together are here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models

LIFETIME = timedelta(days=7)
MOST_BYTES = 256 * 2**20  # of a person's notes, which no quota counts: those on some 150,000 photos
_ROW = 256  # bytes of a row and its places in indexes, roughly


class TakeoutNoteQuerySet(models.QuerySet["TakeoutNote"]):
    def expired(self, now: datetime) -> Self:
        return self.filter(created_at__lte=now - LIFETIME)

    def bytes_of(self, owner_id: int) -> int:
        return self.filter(owner=owner_id).aggregate(size=models.Sum("size"))["size"] or 0

    def of_photo(self, owner_id: int, folder: str, keys: Collection[tuple[str, int]]) -> TakeoutNote | None:
        """Return the note that has the first of these keys, base and number, which it may have."""
        bases = {base for base, _ in keys}
        rows = self.filter(owner=owner_id, folder=folder, is_album=False, base__in=bases)
        found = {(row.base, row.number): row for row in rows}
        return next((found[key] for key in keys if key in found), None)

    def titles(self, owner_id: int, folder: str) -> list[str]:
        """Return the titles of the albums that a folder is."""
        rows = self.filter(owner=owner_id, folder=folder, is_album=True).exclude(said="").order_by("pk")
        return list(rows.values_list("said", flat=True))


class TakeoutNote(models.Model):
    """A JSON file of Google's on a photo that may come in another archive, or the title of the album a folder is."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    folder = models.CharField(max_length=1024)
    base = models.CharField(max_length=255, help_text="The name without number and .json, folded.")
    number = models.PositiveIntegerField(default=0, help_text="What tells namesakes apart.")
    is_album = models.BooleanField(default=False)
    said = models.TextField(blank=True)
    size = models.PositiveIntegerField(default=0, help_text="In bytes, its names with it.")
    created_at = models.DateTimeField()

    objects = TakeoutNoteQuerySet.as_manager()

    class Meta:
        db_table = "takeout_note"
        constraints = [
            models.UniqueConstraint(fields=["owner", "folder", "base", "number", "is_album"], name="takeout_note_once")
        ]
        indexes = [
            models.Index(fields=["created_at"], name="takeout_note_by_age"),
            models.Index(fields=["owner", "size"], name="takeout_note_sizes"),
        ]

    def __str__(self) -> str:
        return f"{self.folder}/{self.base}"

    @staticmethod
    def size_of(*texts: str) -> int:
        """Return how many bytes a note with these texts takes."""
        return _ROW + sum(len(text.encode()) for text in texts)


class TakeoutPhotoQuerySet(models.QuerySet["TakeoutPhoto"]):
    def expired(self, now: datetime) -> Self:
        return self.filter(created_at__lte=now - LIFETIME)

    def untold_of(self, owner_id: int) -> Self:
        """Those without notes, in folders of which there are notes by now."""
        folders = TakeoutNote.objects.filter(owner=owner_id, is_album=False).values("folder")
        return self.filter(owner=owner_id, is_told=False, folder__in=folders).order_by("pk")

    def photo_ids(self, owner_id: int, folder: str) -> list[int]:
        rows = self.filter(owner=owner_id, folder=folder).order_by("name")
        return list(rows.values_list("photo", flat=True))


class TakeoutPhoto(models.Model):
    """Where in a Takeout a photo lay, and whether Google's notes on it have been found."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")
    folder = models.CharField(max_length=1024)
    name = models.CharField(max_length=255)
    is_new = models.BooleanField(help_text="It came to the library with this archive.")
    is_told = models.BooleanField()
    created_at = models.DateTimeField()

    objects = TakeoutPhotoQuerySet.as_manager()

    class Meta:
        db_table = "takeout_photo"
        constraints = [models.UniqueConstraint(fields=["owner", "folder", "name"], name="takeout_photo_once")]
        indexes = [models.Index(fields=["created_at"], name="takeout_photo_by_age")]

    def __str__(self) -> str:
        return f"{self.folder}/{self.name}"
