"""The way of a library from one model to another."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone as clock

# How long a process that works on a migration is believed to be alive after its last batch.
LEASE = timedelta(minutes=2)

# So often a photo may take the process with it that embeds it.
MAX_TRIES = 2


class ModelMigrationQuerySet(models.QuerySet["ModelMigration"]):
    def running(self) -> Self:
        return self.filter(state__in=[ModelMigration.State.EMBEDDING, ModelMigration.State.READY])

    def take(self, pk: int, token: uuid.UUID, earlier: Collection[uuid.UUID], now: datetime) -> ModelMigration | None:
        """Claim a running migration for the caller alone; None where another process is at it or it has ended.

        `earlier` are claims whose process is known to be gone.
        """
        free = Q(claim=None) | Q(claim__in=[token, *earlier]) | Q(claimed_until__lt=now)
        mine = self.running().filter(free, pk=pk)
        return self.get(pk=pk) if mine.update(claim=token, claimed_until=now + LEASE) else None


class ModelMigration(models.Model):
    """The way of a library from one model to another; what is embedded already is told by the vectors themselves."""

    class State(models.TextChoices):
        EMBEDDING = "embedding"
        READY = "ready"
        SWITCHED = "switched"
        CANCELLED = "cancelled"
        FAILED = "failed"

    encoder = models.CharField(max_length=200)
    model = models.CharField(max_length=200)
    replaced_encoder = models.CharField(max_length=200)
    replaced_model = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State, default=State.EMBEDDING)
    review = models.BooleanField(default=False, help_text="A person switches, when it is ready.")
    share = models.PositiveSmallIntegerField(default=100, help_text="Percent of the time it may work.")

    done = models.PositiveIntegerField(default=0, help_text="Photos that have a vector of the new model.")
    total = models.PositiveIntegerField(default=0)
    embedded = models.PositiveIntegerField(default=0, help_text="Photos that this migration has embedded.")
    seconds = models.FloatField(default=0.0, help_text="How long that took, pauses included.")
    problem = models.TextField(blank=True, help_text="What it waits for, or why it failed.")
    comparison = models.JSONField(null=True, blank=True)

    claim = models.UUIDField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects = ModelMigrationQuerySet.as_manager()

    class Meta:
        db_table = "model_migration"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.replaced_model} to {self.model}"

    @property
    def is_running(self) -> bool:
        return self.state in {self.State.EMBEDDING, self.State.READY}

    @property
    def percent(self) -> int:
        """0 also while nothing has been counted yet."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def rate(self) -> float:
        """Photos a second, 0 while nothing is known."""
        return self.embedded / self.seconds if self.seconds else 0.0

    @property
    def time_left(self) -> timedelta | None:
        return timedelta(seconds=round((self.total - self.done) / self.rate)) if self.rate else None

    def lock(self, token: uuid.UUID, now: datetime) -> bool:
        """Hold the row until the transaction ends and renew the claim; False when that was lost or all is over."""
        mine = ModelMigration.objects.running().filter(pk=self.pk, claim=token)
        return bool(mine.update(claimed_until=now + LEASE))

    def release(self, token: uuid.UUID) -> None:
        ModelMigration.objects.filter(pk=self.pk, claim=token).update(claim=None, claimed_until=None)

    def count(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.save(update_fields=["done", "total"])

    def tell(self, embedded: int, seconds: float) -> None:
        """Add what one batch has done."""
        counted = {"done": F("done") + embedded, "embedded": F("embedded") + embedded}
        ModelMigration.objects.filter(pk=self.pk).update(**counted, seconds=F("seconds") + seconds, problem="")

    def wait(self, problem: str) -> None:
        """Say what keeps it from going on; it does so by itself once that has passed."""
        ModelMigration.objects.filter(pk=self.pk).update(problem=problem)

    def make_ready(self, comparison: dict[str, object]) -> None:
        self.comparison = comparison
        waiting = ModelMigration.objects.filter(pk=self.pk, state=self.State.EMBEDDING)
        waiting.update(state=self.State.READY, comparison=comparison)
        self.refresh_from_db(fields=["state"])

    def end(self, state: State, now: datetime, problem: str = "") -> bool:
        """Close it in this state; False where it was over already."""
        running = ModelMigration.objects.running().filter(pk=self.pk)
        ended = running.update(state=state, ended_at=now, problem=problem, claim=None, claimed_until=None)
        self.refresh_from_db()
        return bool(ended)


class UnembeddedQuerySet(models.QuerySet["UnembeddedPhoto"]):
    def given_up(self) -> Self:
        return self.filter(~Q(reason="") | Q(tries__gte=MAX_TRIES))


class UnembeddedPhoto(models.Model):
    """A photo that a migration could not embed, or, where a process was lost before, is just trying to."""

    migration = models.ForeignKey(ModelMigration, models.CASCADE, related_name="unembedded")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)

    objects = UnembeddedQuerySet.as_manager()

    class Meta:
        db_table = "unembedded_photo"
        constraints = [models.UniqueConstraint(fields=["migration", "photo"], name="unembedded_photo_once")]

    def __str__(self) -> str:
        return f"photo {self.photo_id}: {self.reason or 'Embedding it broke off.'}"
