"""What a library's tags rest on beside its words."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models, transaction

from photos.fields import VectorField


class VocabularyState(models.Model):
    """One row: a stamp for the words and measures as they are now, and the stamp the library was last tagged under.

    Stamps are random and not counted, so that a state that was rolled back or restored is never taken for another.
    """

    THE_ONE = 1

    current = models.UUIDField(default=uuid.uuid4)
    applied = models.UUIDField(null=True)

    class Meta:
        db_table = "vocabulary_state"

    def __str__(self) -> str:
        return str(self.current)

    @classmethod
    def now(cls) -> VocabularyState:
        """Return the row as it is now; without one, nothing has changed yet."""
        beginning = uuid.UUID(int=0)
        return cls.objects.filter(pk=cls.THE_ONE).first() or cls(current=beginning, applied=beginning)

    @classmethod
    def renew(cls) -> None:
        """Say that tags would come out differently from now on: every process and the next retagging will know."""
        with transaction.atomic():
            state, _ = cls.objects.get_or_create(pk=cls.THE_ONE)
            state.current = uuid.uuid4()
            state.save(update_fields=["current"])

    @classmethod
    def applied_now(cls, stamp: uuid.UUID) -> bool:
        """Say that the library is tagged under this stamp; False where there is a newer one already."""
        return bool(cls.objects.filter(pk=cls.THE_ONE, current=stamp).update(applied=stamp))

    @property
    def is_applied(self) -> bool:
        return self.applied == self.current


class TextVector(models.Model):
    """What a model makes of a text, so that it need not be asked again; no vector for one it knows nothing of."""

    model = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    vector = VectorField(null=True)

    class Meta:
        db_table = "text_vector"
        constraints = [models.UniqueConstraint(fields=["model", "sha256"], name="text_vector_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} by {self.model}"


class TagCalibrationQuerySet(models.QuerySet["TagCalibration"]):
    def latest_of(self, model: str) -> TagCalibration | None:
        """The one that counts: the last measured. To delete it is to go back to the one before."""
        return self.filter(model=model).order_by("-pk").first()


class TagCalibration(models.Model):
    """What measuring a model's probabilities has shown: its temperature, and slope and offset by word."""

    model = models.CharField(max_length=200)
    temperature = models.FloatField()
    corrections = models.JSONField(default=dict)
    measured_at = models.DateTimeField()

    objects = TagCalibrationQuerySet.as_manager()

    class Meta:
        db_table = "tag_calibration"

    def __str__(self) -> str:
        return f"{self.model}, {self.measured_at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            VocabularyState.renew()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            VocabularyState.renew()
        return deleted
