from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from photos.metadata.facts import LINE_LENGTH, Face

if TYPE_CHECKING:
    from photos.models.photo import Photo


class PhotoFaceQuerySet(models.QuerySet["PhotoFace"]):
    def put(self, photo: Photo, faces: Iterable[Face]) -> None:
        """Let these be the faces that the photo's file marks, in the place of those it marked before."""
        marked, own = list(faces), self.filter(photo=photo, inherited_at=None)
        if [face.marked for face in own.order_by("pk")] == marked:
            return
        own.delete()
        PhotoFace.objects.bulk_create(PhotoFace(photo=photo, **vars(face)) for face in marked)
        inherited = self.filter(photo=photo).exclude(inherited_at=None)
        inherited.filter(pk__in=[face.pk for face in inherited if face.marked in marked]).delete()

    def inherit(self, photo: Photo, faces: Iterable[Face], now: datetime) -> None:
        """Let these be on the photo too, as somebody marked them on another one that is merged into it now."""
        PhotoFace.objects.bulk_create(PhotoFace(photo=photo, inherited_at=now, **vars(face)) for face in faces)

    def by_photo(self, ids: Sequence[int]) -> dict[int, list[PhotoFace]]:
        """Return the faces on these photos, by the photo's id, as the file orders them."""
        found: dict[int, list[PhotoFace]] = {}
        for face in self.filter(photo__in=ids).order_by("pk"):
            found.setdefault(face.photo_id, []).append(face)
        return found


class PhotoFace(models.Model):
    """A face that somebody has marked on a photo, in fractions of the upright picture."""

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="faces")
    name = models.CharField(max_length=LINE_LENGTH, blank=True)
    left = models.FloatField()
    top = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    inherited_at = models.DateTimeField(null=True, editable=False)  # with a photo merged into this one

    objects = PhotoFaceQuerySet.as_manager()

    class Meta:
        db_table = "photo_face"
        indexes = [models.Index(fields=["name", "photo"], condition=~models.Q(name=""), name="photo_face_by_name")]

    def __str__(self) -> str:
        return self.name or "somebody"

    @property
    def marked(self) -> Face:
        return Face(self.name, self.left, self.top, self.width, self.height)
