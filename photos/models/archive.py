from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone as clock

from photos.archives.outcomes import Kind, Outcome


class ArchiveQuerySet(models.QuerySet["ArchiveImport"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def total_bytes(self) -> int:
        return self.aggregate(total=Sum("bytes"))["total"] or 0


class ArchiveImport(models.Model):
    """A ZIP of photos that somebody uploaded, being taken in entry by entry; `done` is how far that is.

    The file lies in the incoming folder until it is over; only what was left in it is kept entry by entry.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="archive_imports")
    name = models.CharField(max_length=255)
    stored = models.CharField(max_length=255, unique=True, help_text="Relative to the media folder.")
    bytes = models.PositiveBigIntegerField()
    total = models.PositiveIntegerField(null=True, help_text="Files in it; unknown until a worker has looked.")
    done = models.PositiveIntegerField(default=0)
    unpacked = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    added = models.PositiveIntegerField(default=0)
    there = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    sidecars = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True, help_text="Why no more of it is taken, or what it waits for.")
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        db_table = "archive_import"
        indexes = [models.Index(fields=["owner", "-id"], name="archive_by_owner")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        if self.cancelled:
            return "cancelled"
        if self.ended_at is not None:
            return "stopped" if self.problem else "done"
        return "waiting" if self.total is None or self.problem else "running"

    def look(self, total: int) -> None:
        """Note how many files are in it."""
        self.total = total
        self.save(update_fields=["total"])

    def wait(self, problem: str) -> None:
        """Note what keeps it from going on."""
        self.problem = problem
        self.save(update_fields=["problem"])

    def advance(self, outcome: Outcome) -> bool:
        """Count what became of the next file; False where somebody has ended the import meanwhile."""
        counts = {"unpacked": self.unpacked + outcome.unpacked, outcome.kind: getattr(self, outcome.kind) + 1}
        counts |= {"done": self.done + 1, "problem": ""}
        with transaction.atomic():
            if not ArchiveImport.objects.open().filter(pk=self.pk, done=self.done).update(**counts):
                return False
            if outcome.kind in (Kind.LEFT, Kind.FAILED):
                path, failed = outcome.path[:1024], outcome.kind is Kind.FAILED
                self.left_entries.create(number=self.done + 1, path=path, why=outcome.why, failed=failed)
        for name, value in counts.items():
            setattr(self, name, value)
        return True

    def end(self, now: datetime, problem: str = "", cancelled: bool = False) -> bool:
        """Close it; False where it was closed already."""
        ending = {"ended_at": now, "problem": problem, "cancelled": cancelled}
        closed = ArchiveImport.objects.open().filter(pk=self.pk).update(**ending)
        for name, value in ending.items():
            setattr(self, name, value)
        return bool(closed)


class LeftEntry(models.Model):
    """A file of an archive that was not taken; `failed` tells that somebody would miss it."""

    archive = models.ForeignKey(ArchiveImport, models.CASCADE, related_name="left_entries")
    number = models.PositiveIntegerField()
    path = models.CharField(max_length=1024)
    why = models.TextField()
    failed = models.BooleanField()

    class Meta:
        db_table = "archive_left_entry"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["archive", "number"], name="left_entry_once")]

    def __str__(self) -> str:
        return self.path
