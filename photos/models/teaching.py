"""What a person has shown of a word, and what was learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone as clock

from photos.fields import VectorField

if TYPE_CHECKING:
    from accounts.models import User


class TeachingExampleQuerySet(models.QuerySet["TeachingExample"]):
    def of_owner(self, user: User) -> Self:
        """Those of the user's own photos, but for what lies in the trash."""
        return self.filter(photo__owner=user, photo__trashed_at=None)


class TeachingExample(models.Model):
    """A person said of a photo that it shows a word, or that it does not."""

    word = models.ForeignKey("photos.VocabularyWord", models.CASCADE, related_name="examples")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="teaching_examples")
    positive = models.BooleanField()
    marked_at = models.DateTimeField(default=clock.now)

    objects = TeachingExampleQuerySet.as_manager()

    class Meta:
        db_table = "teaching_example"
        constraints = [models.UniqueConstraint(fields=["word", "photo"], name="teaching_example_once")]

    def __str__(self) -> str:
        return f"{self.word}" if self.positive else f"not {self.word}"


class OutsideExample(models.Model):
    """A picture that is not in the library and shows a word, or does not: only what one model made of it is kept.

    Another model cannot use it; whoever has the file teaches it again.
    """

    word = models.ForeignKey("photos.VocabularyWord", models.CASCADE, related_name="outside_examples")
    sha256 = models.CharField("SHA-256", max_length=64)
    positive = models.BooleanField()
    model = models.CharField(max_length=200)
    vector = VectorField()

    class Meta:
        db_table = "teaching_outside_example"
        constraints = [models.UniqueConstraint(fields=["word", "sha256", "model"], name="outside_example_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}: {self.word}" if self.positive else f"{self.sha256[:12]}: not {self.word}"


class LearnedProbe(models.Model):
    """What one model learned of a word: a vector v shows it with probability sigmoid(weights . v + bias).

    `precision` and `recall` are what cross-validation found on the examples; empty while they are too few to tell.
    """

    word = models.ForeignKey("photos.VocabularyWord", models.CASCADE, related_name="probes")
    model = models.CharField(max_length=200)
    weights = VectorField()
    bias = models.FloatField()
    precision = models.FloatField(null=True)
    recall = models.FloatField(null=True)
    positives = models.PositiveIntegerField(default=0)
    negatives = models.PositiveIntegerField(default=0)
    trained_at = models.DateTimeField()

    class Meta:
        db_table = "learned_probe"
        constraints = [models.UniqueConstraint(fields=["word", "model"], name="learned_probe_once")]

    def __str__(self) -> str:
        return f"{self.word} by {self.model}"
