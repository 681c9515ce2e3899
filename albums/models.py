from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone as clock

from ai.plaintext import one_line
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_TITLE = 255


class Untitled(ValueError):  # noqa: N818 - what is wrong with it
    """A title has nothing in it that could be read."""


def clean_title(text: str) -> str:
    """Return a title as it is stored: printable, on one line, bounded; raises Untitled."""
    if not (title := one_line(text, LONGEST_TITLE)):
        raise Untitled("An album needs a title.")
    return title


class AlbumQuerySet(models.QuerySet["Album"]):
    def visible_to(self, user: User) -> Self:
        """The albums a user may see: their own."""
        return self.filter(owner=user)

    def with_photo(self, photo: Photo) -> Self:
        return self.filter(places__photo=photo)

    def named(self, owner: User, title: str) -> Album:
        """Return the owner's album of this title, made where there is none; raises Untitled."""
        album, _ = self.get_or_create(owner=owner, title=clean_title(title))
        return album


class Album(models.Model):
    """Photos of one person in an order of their own, under a title that no other album of theirs has."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="albums")
    title = models.CharField(max_length=LONGEST_TITLE)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AlbumQuerySet.as_manager()

    class Meta:
        db_table = "album"
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "title"], name="album_title_once")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = clean_title(self.title)
        super().save(*args, **kwargs)

    @property
    def photos(self) -> PhotoQuerySet:
        """Its photos in its order, but for those in the trash."""
        return (
            Photo.objects.visible_to(self.owner)
            .filter(album_places__album=self)
            .order_by("album_places__position", "album_places__pk")
        )

    def add(self, photo_ids: Sequence[int]) -> int:
        """Put the owner's photos behind what is there, in this order; return how many are new in it.

        Photos of others, in the trash or not there at all are passed over, as if they did not exist.
        """
        with transaction.atomic():
            self._hold()
            theirs = set(Photo.objects.visible_to(self.owner).filter(pk__in=photo_ids).values_list("pk", flat=True))
            there = set(self.places.filter(photo__in=theirs).values_list("photo_id", flat=True))
            new = [pk for pk in dict.fromkeys(photo_ids) if pk in theirs - there]
            first = self._last_position() + 1
            self.places.bulk_create(
                AlbumPlace(album=self, photo_id=pk, position=position) for position, pk in enumerate(new, start=first)
            )
            self.save(update_fields=["updated_at"])
        return len(new)

    def remove(self, photo_ids: Collection[int]) -> int:
        """Take photos out, which stay in the library; return how many were in it."""
        with transaction.atomic():
            self._hold()
            gone, _ = self.places.filter(photo__in=photo_ids).delete()
            self.save(update_fields=["updated_at"])
        return gone

    def arrange(self, photo_ids: Sequence[int]) -> None:
        """Let these of its photos come first, in this order, and the others after them as they were."""
        with transaction.atomic():
            self._hold()
            places = {place.photo_id: place for place in self.places.order_by("position", "pk")}
            order = [pk for pk in dict.fromkeys(photo_ids) if pk in places]
            for position, pk in enumerate([*order, *(pk for pk in places if pk not in set(order))], start=1):
                places[pk].position = position
            self.places.bulk_update(places.values(), ["position"], batch_size=500)
            self.save(update_fields=["updated_at"])

    def _hold(self) -> None:
        """Let nobody else change the order until the transaction ends; raises DoesNotExist."""
        Album.objects.select_for_update().get(pk=self.pk)

    def _last_position(self) -> int:
        return self.places.aggregate(last=Max("position"))["last"] or 0


class AlbumPlace(models.Model):
    """Where a photo stands in an album."""

    album = models.ForeignKey(Album, models.CASCADE, related_name="places")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="album_places")
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "album_place"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["album", "photo"], name="album_place_once")]
        indexes = [models.Index(fields=["album", "position"], name="album_place_in_order")]

    def __str__(self) -> str:
        return f"{self.photo} in {self.album}"

    def clean(self) -> None:
        """Refuse a photo of somebody else's, in the words of one that is not there."""
        if self.photo_id and not Photo.objects.filter(pk=self.photo_id, owner=self.album.owner_id).exists():
            raise ValidationError({"photo": "The album's owner has no such photo."})
