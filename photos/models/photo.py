from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone as clock

from photos.metadata import DateSource
from photos.models.changes import columns_of
from photos.models.facts import PhotoFacts
from photos.models.picture import Picture
from photos.models.queryset import PhotoQuerySet
from photos.models.stage import Stage
from photos.models.tag import PhotoTag

if TYPE_CHECKING:
    from ai.vocabulary import TagScore


class Photo(Picture, PhotoFacts):
    """A photo, what its file says, what the machine understood and what a person decided.

    `taken_at` is the wall clock where the photo was taken, labelled UTC and never shifted; `taken_offset` says how far
    that clock was from UTC, where it is known. What `edited` names, a field or `tags`, is a person's: no machine
    writes it.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        READY = "ready"
        FAILED = "failed"

    DateSource = DateSource

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="photos")
    filename = models.CharField(max_length=255, unique=True, editable=False)
    original_name = models.CharField(max_length=255)
    image = models.FileField(max_length=255, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    bytes = models.PositiveBigIntegerField(editable=False)
    stem = models.CharField(max_length=255, default="", editable=False)  # see photos.version_names
    folder = models.CharField(max_length=1024, blank=True, editable=False, help_text="Where its file lay.")
    file_modified_at = models.DateTimeField(null=True, blank=True, editable=False)

    title = models.CharField(max_length=255, blank=True)
    caption = models.TextField(blank=True)
    description = models.TextField(blank=True)
    has_motion = models.BooleanField(default=False, editable=False)  # a video comes with one of its files
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    favorite = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    edited = models.JSONField(default=list, blank=True, editable=False)
    authors = models.JSONField(default=dict, blank=True, editable=False)  # see photos.authorship

    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED, editable=False)
    error = models.TextField(blank=True, editable=False)

    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PhotoQuerySet.as_manager()
    accepted_tags: list[PhotoTag]  # filled by PhotoQuerySet.for_listing

    # What a person may set through edit(), the API and the pages.
    EDITABLE = frozenset({"title", "caption", "description", "taken_at", "location", "rating", "favorite", "archived"})
    # Those of them that a machine would write too.
    CONTESTED = frozenset({"title", "caption", "description", "taken_at", "location", "rating"})

    class Meta:
        db_table = "photo"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="photo_once_per_owner"),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__lte=5), name="photo_rating_0_to_5"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="photo_by_added"),
            models.Index(fields=["owner", "-taken_at", "-id"], name="photo_by_taken"),
            models.Index(fields=["owner", "stem"], name="photo_by_stem"),
            models.Index(fields=["owner", "bytes"], name="photo_bytes_by_owner"),
            # Who deletes a file asks first whether another photo has it.
            models.Index(fields=["image"], name="photo_by_image"),
            # Counts what lists show without reading the rows.
            models.Index(fields=["owner"], condition=Q(trashed_at=None, archived=False), name="photo_listed_by_owner"),
            # The next two hold few photos, and so cost an upload nothing.
            models.Index(
                fields=["owner", "-trashed_at", "-id"],
                condition=Q(archived=True) | Q(trashed_at__isnull=False),
                name="photo_hidden",
            ),
            models.Index(fields=["owner", "-taken_at", "-id"], condition=Q(favorite=True), name="photo_favorites"),
        ]

    def __str__(self) -> str:
        return self.title or self.original_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Under autocommit Django would send post_save after the commit; the news for the index must share its fate.
        with transaction.atomic():
            super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("photos:detail", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            # Its row before what hangs on it, as every change does: else two would wait for each other on PostgreSQL.
            Photo.objects.select_for_update().only("pk").filter(pk=self.pk).first()
            return super().delete(*args, **kwargs)

    # What it says of itself

    @property
    def original(self) -> str:
        """The name of the original in the media folder: `originals/ab/abcd.jpg`."""
        return self.image.name or ""

    @property
    def tag_names(self) -> list[str]:
        return [photo_tag.tag.name for photo_tag in self.shown_tags]

    @property
    def shown_tags(self) -> Sequence[PhotoTag]:
        """Accepted tags, a person's first; no query where for_listing() has fetched them."""
        if "accepted_tags" in self.__dict__:
            return self.accepted_tags
        return list(self.photo_tags.all().accepted())

    # What a person decides

    def edit(self, changes: Mapping[str, Any]) -> None:
        """Set what a person decided; every field named here is theirs from now on. `None` clears.

        `location` is a mapping of latitude, longitude and perhaps altitude; `taken_at` a datetime, whose offset is kept
        when it has one. Unknown names raise ValueError.
        """
        if unknown := set(changes) - self.EDITABLE:
            raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
        with transaction.atomic():
            self._lock()
            columns = columns_of(self, changes)
            for column, value in columns.items():
                setattr(self, column, value)
            self._now_theirs(self.CONTESTED & set(changes))
            self.save(update_fields={*columns, "edited", "updated_at"})

    def _lock(self) -> None:
        """Hold the row until the transaction ends and see what others decided meanwhile; raises DoesNotExist."""
        self.refresh_from_db(fields=["edited"], from_queryset=Photo.objects.select_for_update())
        self.__dict__.pop("accepted_tags", None)

    def _now_theirs(self, names: Iterable[str]) -> None:
        self.edited = sorted({*self.edited, *names})

    def set_tags(self, names: Iterable[str]) -> None:
        """Make this the whole list from now on: those left out are rejected, and no machine adds or takes any.

        Raises TooManyTags.
        """
        with transaction.atomic():
            self._lock()
            PhotoTag.objects.decide(self, names)
            self._now_theirs({"tags"})
            self.save(update_fields=["edited", "updated_at"])

    def add_tags(self, names: Iterable[str]) -> None:
        """Make these words a person's and leave the rest of the list to who wrote it; raises TooManyTags."""
        with transaction.atomic():
            self._lock()
            PhotoTag.objects.say(self, names)
            self.save(update_fields=["updated_at"])

    def remove_tags(self, names: Iterable[str]) -> None:
        """Reject these words for ever and leave the rest of the list to who wrote it."""
        with transaction.atomic():
            self._lock()
            PhotoTag.objects.reject(self, names)
            self.save(update_fields=["updated_at"])

    def trash(self, now: datetime) -> None:
        self._set_trashed(now)

    def restore(self) -> None:
        self._set_trashed(None)

    def _set_trashed(self, moment: datetime | None) -> None:
        with transaction.atomic():
            self._lock()
            self.trashed_at = moment
            self.save(update_fields=["trashed_at", "updated_at"])

    # What the machine found

    def set_machine_tags(self, scores: Sequence[TagScore], model: str) -> None:
        """Replace the machine's tags, where no person has set the whole list; every rejection stays."""
        with transaction.atomic():
            self._lock()
            if "tags" not in self.edited:
                PhotoTag.objects.propose(self, scores, model)

    def request(self, names: Collection[str]) -> None:
        """Queue these stages anew; raises DoesNotExist."""
        with transaction.atomic():
            self._lock()
            self.stages.all().request(names)
            self.settle()

    def settle(self) -> None:
        """Bring `status` and `error` in line with the stages that every photo goes through."""
        stages = list(self.stages.filter(name__in=Stage.ORDER).order_by("pk"))
        failed = [stage for stage in stages if stage.status == Stage.Status.FAILED]
        waiting = any(stage.status != Stage.Status.DONE for stage in stages)
        self.status = self.Status.FAILED if failed else self.Status.QUEUED if waiting else self.Status.READY
        self.error = failed[0].error if failed else ""
        self.save(update_fields=["status", "error", "updated_at"])
