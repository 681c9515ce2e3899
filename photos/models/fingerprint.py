from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models

from photos.oneof import OneOf

if TYPE_CHECKING:
    from photos.models.photo import Photo

_WRAP = 2**64


class FingerprintQuerySet(models.QuerySet["Fingerprint"]):
    def put(self, photo: Photo, pixels: str, perceptual: int | None) -> None:
        """Keep the fingerprint of a photo in the place of what it had; it is to be compared with others anew."""
        signed = None if perceptual is None else perceptual - _WRAP if perceptual >= _WRAP // 2 else perceptual
        values = {"pixels": pixels, "perceptual": signed, "fresh": True}
        Fingerprint.objects.update_or_create(photo=photo, defaults=values)

    def look_again(self, photo_ids: Collection[int]) -> None:
        """Have these photos compared with the others once more."""
        self.filter(photo__in=OneOf(photo_ids), fresh=False).update(fresh=True)

    def look_again_beside(self, photo_id: int) -> None:
        """Have those photos compared once more that are in a group because they are like this one."""
        beside = self.filter(photo__duplicate_places__group__keeper=photo_id, fresh=False)
        self.filter(pk__in=list(beside.values_list("pk", flat=True))).update(fresh=True)


class Fingerprint(models.Model):
    """What a photo is recognised by: its pixels (`ai.fingerprints.pixel_hash`), and what it looks like."""

    photo = models.OneToOneField("photos.Photo", models.CASCADE, primary_key=True, related_name="fingerprint")
    pixels = models.CharField(max_length=64, blank=True, help_text="Empty where the pixels do not tell all of it.")
    perceptual = models.BigIntegerField(null=True, help_text="The bits of a pHash, as a signed number.")
    compared_by = models.CharField(
        max_length=200, blank=True, help_text="The model by whose vectors it was compared with the others."
    )
    fresh = models.BooleanField(default=True, help_text="Not compared with the others yet.")

    objects = FingerprintQuerySet.as_manager()

    class Meta:
        db_table = "photo_fingerprint"
        indexes = [
            models.Index(fields=["pixels"], condition=~models.Q(pixels=""), name="photo_fingerprint_by_pixels"),
            models.Index(fields=["photo"], condition=models.Q(fresh=True), name="photo_fingerprint_fresh"),
        ]

    def __str__(self) -> str:
        return self.pixels[:12] if self.perceptual is None else f"{self.perceptual % _WRAP:016x}"
