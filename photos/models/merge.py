"""Which photos were merged into which, and what moved: enough to take it back, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone as clock

from photos.models.duplicate import Dismissal, DuplicateGroup, Tier

if TYPE_CHECKING:
    from accounts.models import User


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def standing(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """Photos went to the trash, and what was said of them moved to one that is kept.

    `fields` has by name (of `Photo.EDITABLE`) what it changed: `{"before": {column: value}, "after": {..}, "theirs":
    whether it was a person's before}`; `tags` a row `{"tag": id, "before": columns or null, "after": columns}` for each
    word; `groups` by kind the groups the kept photo came into; `lessons` the words it became an example of;
    `files` the hashes of those that became files of it, and of what it showed then.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="merges")
    tier = models.PositiveSmallIntegerField(choices=Tier)
    group = models.ForeignKey(DuplicateGroup, models.SET_NULL, null=True, related_name="merges")
    keeper = models.ForeignKey("photos.Photo", models.SET_NULL, null=True, related_name="merges")
    dismissal = models.ForeignKey(Dismissal, models.SET_NULL, null=True, related_name="+", help_text="Of others kept.")
    run = models.ForeignKey("photos.MergeRun", models.SET_NULL, null=True, related_name="merges")
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    fields = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    groups = models.JSONField(default=dict)
    lessons = models.JSONField(default=list)
    files = models.JSONField(default=dict)

    objects = MergeQuerySet.as_manager()

    class Meta:
        db_table = "duplicate_merge"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["owner", "-id"], name="duplicate_merge_newest")]

    def __str__(self) -> str:
        return f"{self.merged.count()} into {self.keeper_id}"

    @property
    def changes_caption(self) -> bool:
        """Whether it changed something that the template's captions tell of."""
        return bool(self.tags or "taken_at" in self.fields)


class MergedPhoto(models.Model):
    """A photo that went to the trash in a merge; its name, hash and number outlive it."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="merged")
    photo = models.ForeignKey("photos.Photo", models.SET_NULL, null=True, related_name="merged_in")
    name = models.CharField("original name", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    number = models.PositiveBigIntegerField(null=True, db_index=True, help_text="Of the photo; it is never used again.")

    class Meta:
        db_table = "duplicate_merged_photo"

    def __str__(self) -> str:
        return self.name


class MergeRunQuerySet(models.QuerySet["MergeRun"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class MergeRun(models.Model):
    """Many groups that a worker merges as it is suggested, or whose merges it takes back; one at a time for each owner.

    They come in the order of their numbers, up to `last` of `until`; what is undone comes the last one first.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="merge_runs")
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, help_text="All groups of it.")
    chosen = models.JSONField(default=list, help_text="Numbers of groups, at most as many as a page can send.")
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undone_by")
    last = models.BigIntegerField(default=0)
    until = models.BigIntegerField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0, help_text="Changed meanwhile, or could not be taken back.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)

    objects = MergeRunQuerySet.as_manager()

    class Meta:
        db_table = "duplicate_merge_run"
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(ended_at=None), name="duplicate_merge_run_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"

    @property
    def ended(self) -> int:
        """How many groups are done or passed over."""
        return self.done + self.passed_over

    @property
    def is_news(self) -> bool:
        """Whether it is of today: later its end is no news."""
        return self.ended_at is not None and clock.now() - self.ended_at < timedelta(days=1)

    @property
    def can_be_undone(self) -> bool:
        return self.undoes_id is None and self.merges.standing().exists()
