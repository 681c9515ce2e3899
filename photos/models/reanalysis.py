from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from photos.models.stage import Stage, StageQuerySet


class ReanalysisQuerySet(models.QuerySet["Reanalysis"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class Reanalysis(models.Model):
    """Many photos of one person to be analysed once more; at most one at a time for each.

    They are handed out to the workers a few at a time, in the order of their ids: up to `last_photo` of `until`.
    """

    class Scope(models.TextChoices):
        ALL = "all", "All photos"
        CHOSEN = "chosen", "Chosen photos"
        FAILED = "failed", "Photos that could not be analysed"

    UNFINISHED = [Stage.Status.QUEUED, Stage.Status.RUNNING]

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reanalyses")
    scope = models.CharField(max_length=8, choices=Scope)
    names = models.JSONField(default=list, help_text="Of stages; empty for those that failed.")
    chosen = models.JSONField(default=list, help_text="Ids of chosen photos, at most as many as a page can send.")
    total = models.PositiveIntegerField(null=True, help_text="Photos; unknown until a worker has counted them.")
    handed_out = models.PositiveIntegerField(default=0)
    last_photo = models.BigIntegerField(default=0)
    until = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)

    objects = ReanalysisQuerySet.as_manager()

    class Meta:
        db_table = "reanalysis"
        verbose_name_plural = "reanalyses"
        constraints = [
            models.UniqueConstraint(fields=["owner"], condition=Q(ended_at=None), name="reanalysis_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} of {self.owner_id}: {self.handed_out} of {self.total}"

    @property
    def all_handed_out(self) -> bool:
        return self.last_photo >= self.until

    @property
    def unfinished(self) -> StageQuerySet:
        """The stages it asked for that wait or are at work; photos in the trash hold nothing up."""
        return Stage.objects.filter(reanalysis=self, status__in=self.UNFINISHED, photo__trashed_at=None)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or (self.all_handed_out and not self.unfinished.exists())
