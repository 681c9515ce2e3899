from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from photos.models.reanalysis import Reanalysis

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
_AS_NEW: dict[str, Any] = {"error": "", "traceback": None, "reanalysis": None, "before": ""}
CANCELLED = "Its analysis was cancelled before it was done. It can be analysed again at any time."


class StageQuerySet(models.QuerySet["Stage"]):
    def claimable(self, now: datetime) -> Self:
        """Stages nobody works on: queued ones, and those whose worker was lost."""
        lost = Q(status=Stage.Status.RUNNING, claimed_at__lt=now - LEASE)
        return self.filter(Q(status=Stage.Status.QUEUED) | lost, attempts__lt=MAX_ATTEMPTS)

    def put_off_before(self) -> Self:
        """Stages that wait for another attempt, because the last one broke off."""
        return self.filter(status=Stage.Status.QUEUED).exclude(error="")

    def claim(
        self, photo_id: int, names: Collection[str], now: datetime, token: uuid.UUID | None = None
    ) -> Sequence[Stage]:
        """Take what is claimable of these stages for the caller alone, under its token, and count the attempt.

        The attempt counts at the claim, so that a photo which kills its worker runs out of attempts too.
        """
        token = token or uuid.uuid4()
        wanted = self.filter(photo_id=photo_id, name__in=names).claimable(now)
        wanted.update(status=Stage.Status.RUNNING, attempts=F("attempts") + 1, claimed_at=now, claim=token)
        order: list[str] = list(Stage.Name)
        return sorted(self.filter(photo_id=photo_id, claim=token), key=lambda stage: order.index(stage.name))

    def abandon(self, tokens: Collection[uuid.UUID], now: datetime) -> int:
        """Take these claims from a worker known to be gone: the stages wait again, or fail after their last attempt."""
        held = self.filter(status=Stage.Status.RUNNING, claim__in=tokens)
        failed = held.filter(attempts__gte=MAX_ATTEMPTS).give_up(now)
        return failed + held.update(status=Stage.Status.QUEUED, claim=None)

    def lost_for_good(self, now: datetime) -> Self:
        """Stages whose worker was lost at the last attempt they had."""
        return self.filter(status=Stage.Status.RUNNING, claimed_at__lt=now - LEASE, attempts__gte=MAX_ATTEMPTS)

    def failed(self) -> Self:
        """Stages that came to nothing; what somebody has called off on purpose is none of them."""
        return self.filter(status=Stage.Status.FAILED).exclude(error=CANCELLED)

    def give_up(self, now: datetime) -> int:
        reason = f"The analysis broke off {MAX_ATTEMPTS} times."
        return self.update(status=Stage.Status.FAILED, error=reason, finished_at=now, claim=None)

    def request(self, names: Collection[str]) -> int:
        """Queue these stages anew with a fresh count of attempts, but for those at work just now."""
        at_rest = self.filter(name__in=names).exclude(status=Stage.Status.RUNNING)
        return at_rest.update(status=Stage.Status.QUEUED, attempts=0, **_AS_NEW)

    def restart(self, names: Collection[str]) -> int:
        """Queue these stages anew, also those at work just now: what they find is of something else by now."""
        wanted = self.filter(name__in=names)
        return wanted.update(status=Stage.Status.QUEUED, attempts=0, claim=None, **_AS_NEW)

    def ask_again(self, reanalysis: Reanalysis) -> None:
        """Queue these stages for a reanalysis, which remembers how each stood; those at work just now are left out.

        The reason of an earlier failure stays with them until they have run.
        """
        self.filter(status=Stage.Status.QUEUED).update(reanalysis=reanalysis)
        settled = self.filter(status__in=[Stage.Status.DONE, Stage.Status.FAILED])
        settled.update(before=F("status"), status=Stage.Status.QUEUED, attempts=0, reanalysis=reanalysis)

    def do_anew(self) -> None:
        """Queue those of these stages that are done once more, which they are again where that is called off."""
        done = self.filter(status=Stage.Status.DONE)
        done.update(before=F("status"), status=Stage.Status.QUEUED, attempts=0, reanalysis=None)

    def call_off(self) -> None:
        """Put those of these stages that still wait back to how they stood before their reanalysis asked for them."""
        waiting = self.filter(status=Stage.Status.QUEUED)
        waiting.exclude(before="").update(status=F("before"), before="", reanalysis=None)
        waiting.update(reanalysis=None)


class Stage(models.Model):
    """How far one step of understanding has come for one photo."""

    class Name(models.TextChoices):
        METADATA = "metadata"
        THUMBNAILS = "thumbnails"
        COLOURS = "colors", "Colours"
        FINGERPRINT = "fingerprint"
        EMBEDDING = "embedding", "Embedding and tags"
        CAPTION = "caption"
        DESCRIPTION = "description"
        TEXT = "text", "Text in the picture"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    # What every photo goes through before it is ready.
    ORDER = [Name.METADATA, Name.THUMBNAILS, Name.EMBEDDING, Name.CAPTION]
    # What no photo has to wait for to be ready; photos may be older than these stages.
    LATER = [Name.COLOURS, Name.FINGERPRINT]
    # What an upload asks for, and does at once.
    QUICK = [*ORDER, *LATER]
    # All others are asked for where a setting switches them on, and are not waited for either.
    # How often what does a stage has come to find more: photos that an earlier version did are done once more.
    VERSIONS = {Name.METADATA: 1}

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="stages")
    name = models.CharField(max_length=16, choices=Name)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    traceback = models.TextField(null=True, editable=False)  # noqa: DJ001 - a column that costs old rows nothing
    claim = models.UUIDField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(null=True, editable=False)  # of what did it last; see VERSIONS
    seconds = models.FloatField(null=True, help_text="How long the last attempt took.")
    # Who asked for it once more, and how it stood before: what is called off becomes that again.
    reanalysis = models.ForeignKey(
        "photos.Reanalysis", models.SET_NULL, null=True, db_index=False, related_name="stages", editable=False
    )
    before = models.CharField(max_length=8, choices=Status, blank=True, editable=False)

    objects = StageQuerySet.as_manager()

    class Meta:
        db_table = "photo_stage"
        constraints = [models.UniqueConstraint(fields=["photo", "name"], name="photo_stage_once")]
        indexes = [
            models.Index(fields=["status", "name"], name="photo_stage_todo"),
            models.Index(
                fields=["reanalysis", "status", "finished_at"],
                condition=Q(reanalysis__isnull=False),
                name="photo_stage_reanalysed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.status}"

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure how long the work of the `with` block takes, whatever comes of it; closing the stage keeps it."""
        started = perf_counter()
        try:
            yield
        finally:
            self.seconds = perf_counter() - started

    def finish(self, now: datetime) -> bool:
        """Mark the claimed stage done; False when the claim was lost meanwhile, and then nothing is written."""
        return self._close(now, Stage.Status.DONE, "", None)

    def fail(self, now: datetime, error: str, traceback: str | None = None) -> bool:
        """Mark the claimed stage failed with its reason; False when the claim was lost meanwhile."""
        return self._close(now, Stage.Status.FAILED, error, traceback)

    def put_off(self, now: datetime, error: str, traceback: str | None = None) -> bool:
        """Queue the claimed stage for another attempt, or fail it after the last; False when the claim was lost."""
        status = self.Status.QUEUED if self.attempts < MAX_ATTEMPTS else self.Status.FAILED
        return self._close(now, status, error, traceback)

    def release(self, reason: str = "") -> bool:
        """Give the claim back without counting the attempt: the stage waits for something outside the photo."""
        mine = Stage.objects.filter(pk=self.pk, claim=self.claim)
        told = {"status": Stage.Status.QUEUED, "error": reason, "traceback": None}
        return bool(mine.update(attempts=F("attempts") - 1, claim=None, **told))

    def _close(self, now: datetime, status: Status, error: str, traceback: str | None) -> bool:
        mine = Stage.objects.filter(pk=self.pk, claim=self.claim)
        told: dict[str, Any] = {"status": status, "error": error, "traceback": traceback, "seconds": self.seconds}
        if status == Stage.Status.DONE:
            told["version"] = self.VERSIONS.get(Stage.Name(self.name))
        return bool(mine.update(finished_at=now, claim=None, **told))
