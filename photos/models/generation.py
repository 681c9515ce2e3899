"""The vectors of more models than one, and which of them the library is read with."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone as clock

from photos.fields import VectorField


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    def searchable(self) -> Self:
        """Vectors whose photo a search by meaning may find."""
        return self.filter(photo__archived=False, photo__trashed_at=None)


class Embedding(models.Model):
    """The vector of a photo by a model; only `photos.embeddings` reads and writes it.

    It is a table of its own because a vector takes more room than all else that is known of a photo, and whoever looks
    for photos by what is known of them would have to read past it.
    """

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="embeddings")
    model = models.CharField(max_length=200)
    vector = VectorField()
    created_at = models.DateTimeField(default=clock.now)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        db_table = "embedding"
        constraints = [models.UniqueConstraint(fields=["model", "photo"], name="embedding_once")]

    def __str__(self) -> str:
        return f"photo {self.photo_id} by {self.model}"


class ActiveModel(models.Model):
    """The model the library is read with, in one row; until the first vector is stored the settings decide.

    A `key` is the name of a model's space (`ai.encoders.base.model_key`), an `encoder` what `ai.loading.get_encoder`
    takes to open it.
    """

    encoder = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    previous_encoder = models.CharField(max_length=200, blank=True)
    previous_key = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "active_model"

    def __str__(self) -> str:
        return self.key

    @classmethod
    def current(cls) -> ActiveModel | None:
        return cls.objects.filter(pk=1).first()

    @classmethod
    def locked(cls) -> ActiveModel | None:
        """Hold the row until the transaction ends."""
        return cls.objects.select_for_update().filter(pk=1).first()

    @classmethod
    def adopt(cls, encoder: str, key: str) -> ActiveModel:
        """Make this the model of a library that has none yet; return the one it has then."""
        row, _ = cls.objects.get_or_create(pk=1, defaults={"encoder": encoder, "key": key})
        return row

    def change_to(self, encoder: str, key: str) -> None:
        """Read the library with another model from now on, and remember this one for the way back."""
        self.previous_encoder, self.previous_key = self.encoder, self.key
        self.encoder, self.key = encoder, key
        self.save()

    def stay(self) -> None:
        """Give up the way back to the model before this one."""
        self.previous_encoder, self.previous_key = "", ""
        self.save()
