"""What is not begun until somebody says so: told by rows, so that every worker on every machine sees it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.expressions import Exists

EVERYTHING = ""


class PauseQuerySet(models.QuerySet["Pause"]):
    def begin(self, what: str, by: str, now: datetime) -> Pause:
        """Let no worker begin any more of it, what is at work ends as it would; where it is paused, that stays."""
        return self.get_or_create(what=what, defaults={"by": by, "at": now})[0]

    def end(self, what: str) -> bool:
        """Let workers go on; False where it was not paused."""
        return bool(self.filter(what=what).delete()[0])

    def names(self) -> Collection[str]:
        return set(self.values_list("what", flat=True))

    def over_a_job(self) -> Exists:
        """A condition on rows of django-tasks-db, asked in the very UPDATE that claims one."""
        everything_or_it = Q(what=EVERYTHING) | Q(what=OuterRef("queue_name")) | Q(what=OuterRef("task_path"))
        return Exists(self.filter(everything_or_it))


class Pause(models.Model):
    """Everything, the jobs of one queue or of one task wait, since when and by whose word."""

    what = models.CharField(
        max_length=255, unique=True, blank=True, help_text="A queue or the path of a task; empty: everything."
    )
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects = PauseQuerySet.as_manager()

    class Meta:
        db_table = "job_pause"

    def __str__(self) -> str:
        return f"{self.what or 'everything'}, paused by {self.by}"
