from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from cloudzy.backups.manifest import Manifest


class BackupNoteQuerySet(models.QuerySet["BackupNote"]):
    def last_good_at(self, kind: str) -> datetime | None:
        return self.filter(kind=kind, problem="").values_list("at", flat=True).order_by("-pk").first()


class BackupNote(models.Model):
    """That a backup of this library was made, or restored on trial, and what came of it."""

    class Kind(models.TextChoices):
        BACKUP = "backup"
        TEST = "test", "Restored on trial"

    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    folder = models.CharField(max_length=1024)
    made_at = models.DateTimeField("of the state of")
    photos = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    problem = models.TextField(blank=True)

    objects = BackupNoteQuerySet.as_manager()

    class Meta:
        db_table = "backup_note"
        ordering = ["-pk"]
        verbose_name = "backup"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at}"

    @classmethod
    def of_backup(cls, now: datetime, folder: Path, manifest: Manifest) -> Self:
        lacking = len(manifest.lacking)
        problem = f"{lacking} originals were missing or altered before the backup." if lacking else ""
        return cls._note(cls.Kind.BACKUP, now, folder, manifest, problem)

    @classmethod
    def of_test(cls, now: datetime, folder: Path, manifest: Manifest, problem: str) -> Self:
        return cls._note(cls.Kind.TEST, now, folder, manifest, problem)

    @classmethod
    def _note(cls, kind: str, now: datetime, folder: Path, manifest: Manifest, problem: str) -> Self:
        return cls.objects.create(
            kind=kind,
            at=now,
            folder=str(folder)[:1024],
            made_at=datetime.fromisoformat(manifest.made_at),
            photos=len(manifest.originals),
            bytes=manifest.bytes,
            problem=problem,
        )
