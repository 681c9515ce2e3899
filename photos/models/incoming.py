from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone as clock

from photos.models.photo import Photo

if TYPE_CHECKING:
    from accounts.models import User
    from photos.models.archive import ArchiveImport

LIFETIME = timedelta(hours=24)
MAX_UNFINISHED = 1000  # of one person


class IncomingUploadQuerySet(models.QuerySet["IncomingUpload"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None, refusal="")

    def total_length(self) -> int:
        """How many bytes these take once they are here whole."""
        return self.aggregate(total=Sum("length"))["total"] or 0

    def has_file(self, stem: str) -> bool:
        """Tell whether a file of this name, without its endings, is one of an unfinished upload."""
        try:
            return self.unfinished().filter(pk=uuid.UUID(hex=stem)).exists()
        except ValueError:
            return False

    def waiting(self) -> Self:
        """Films whose photo has not come yet."""
        return self.unfinished().exclude(waits_for="")

    def with_photo(self) -> Self:
        """Those of which a photo is there that is called like them."""
        named = Photo.objects.filter(owner=OuterRef("owner"), stem=OuterRef("waits_for"), trashed_at=None)
        return self.filter(Exists(named)).order_by("created_at")

    def films_of(self, owner: User) -> Self:
        """Films that wait, and those that waited in vain and are still told of; the newest first."""
        return self.filter(owner=owner, finished_at=None).exclude(waits_for="").order_by("-created_at")

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now).order_by("expires_at")


class IncomingUpload(models.Model):
    """An upload that may come in pieces, and afterwards, until it expires, what became of it.

    How far it has come is told by its file alone (`photos.resumable.partial`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="incoming_uploads")
    length = models.PositiveBigIntegerField()
    metadata = models.TextField(blank=True)  # Upload-Metadata as it was sent: see photos.resumable.told
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    finished_at = models.DateTimeField(null=True)
    photo = models.ForeignKey("photos.Photo", models.SET_NULL, null=True, related_name="+")
    archive = models.ForeignKey("photos.ArchiveImport", models.SET_NULL, null=True, related_name="+")
    duplicate = models.BooleanField(default=False)
    restored = models.BooleanField(default=False)
    refusal = models.TextField(blank=True)  # why no photo was made of it
    waits_for = models.CharField(max_length=255, blank=True)  # the stem of the photo whose moving half it is

    objects = IncomingUploadQuerySet.as_manager()

    class Meta:
        db_table = "incoming_upload"
        indexes = [
            models.Index(fields=["expires_at"], name="incoming_by_expiry"),
            models.Index(fields=["owner", "waits_for"], condition=~Q(waits_for=""), name="incoming_waiting"),
            models.Index(fields=["owner"], condition=Q(finished_at=None, refusal=""), name="incoming_unfinished"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_unfinished(self) -> bool:
        return self.finished_at is None and not self.refusal

    def wait_for(self, stem: str) -> None:
        """Keep it until the photo of this stem comes, or it expires."""
        self.waits_for = stem
        self.save(update_fields=["waits_for"])

    def live_on(self, now: datetime) -> None:
        """Put the end off, because it has just got on."""
        self.expires_at = now + LIFETIME
        self.save(update_fields=["expires_at"])

    def finish(self, photo: Photo, now: datetime, duplicate: bool, restored: bool) -> None:
        self.photo, self.finished_at, self.duplicate, self.restored = photo, now, duplicate, restored
        self.save(update_fields=["photo", "finished_at", "duplicate", "restored"])

    def finish_archive(self, archive: ArchiveImport, now: datetime) -> None:
        self.archive, self.finished_at = archive, now
        self.save(update_fields=["archive", "finished_at"])

    def refuse(self, why: str) -> None:
        self.refusal = why
        self.save(update_fields=["refusal"])
