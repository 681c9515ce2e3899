from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from io import BytesIO
from typing import Self
from uuid import UUID, uuid4

import numpy as np
from django.conf import settings
from django.db import connection, models, transaction
from PIL import Image

from accounts.models import User
from photos.fields import VectorField
from search.facts.changes import FactChange
from search.saved.searches import SavedSearch
from search.suggesting.past import PastSearch, UnkeptHistory

__all__ = ["FactChange", "IndexChange", "IndexChangeQuerySet", "Library", "PastSearch", "SavedSearch", "UnkeptHistory"]

# Read at least twice by every search: to have it composed anew each time took a millisecond.
_POSITION = "SELECT uuid, (SELECT max(id) FROM search_index_change) FROM search_library WHERE id = 1"


class Library(models.Model):
    """The identity of this database, in one row.

    An index file names the library it was made from, so that one made from another database is recognised. The row is
    made when first asked for; a restore must replace it.
    """

    uuid = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        db_table = "search_library"
        verbose_name = "search index"
        verbose_name_plural = "search index"

    def __str__(self) -> str:
        return str(self.uuid)

    @classmethod
    def position(cls) -> tuple[UUID, int]:
        """Return which library this is and the id of its newest change, 0 where there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_POSITION)
            known = cursor.fetchone()
        if known is None:
            cls.objects.get_or_create(pk=1)
            return cls.position()
        uuid, newest = known
        return uuid if isinstance(uuid, UUID) else UUID(uuid), newest or 0

    @classmethod
    def renew(cls) -> None:
        """Make this another library, as after a restore: index files of the former one are not believed any more."""
        cls.objects.update_or_create(pk=1, defaults={"uuid": uuid4()})

    @classmethod
    def lock(cls) -> None:
        """Let only one transaction at a time pass here, until it ends; SQLite has but one writer anyway."""
        if connection.features.has_select_for_update:
            cls.objects.select_for_update().get_or_create(pk=1)


class IndexChangeQuerySet(models.QuerySet["IndexChange"]):
    def past(self, cursor: int, model: str) -> Self:
        """News after `cursor` for the index of this model: of its own vectors, and of photos altogether."""
        return self.filter(pk__gt=cursor, model__in=["", model])

    def photos_past(self, cursor: int, newest: int, model: str) -> np.ndarray:
        """Return the ids of photos that changed after `cursor`, up to `newest`: int64, ascending."""
        changed = self.past(cursor, model).filter(pk__lte=newest).values_list("photo_id", flat=True).distinct()
        return np.sort(np.fromiter(changed, dtype=np.int64))

    def count_past(self, cursor: int, model: str) -> int:
        return self.past(cursor, model).count()


class IndexChange(models.Model):
    """News for every process that holds an index: this photo, or its vector of this model, is new, different or gone.

    One row a photo and model, always with the highest id at its writing: reading past a cursor misses no photo.
    """

    # Not a foreign key: a cascade would delete the news of a deletion.
    photo_id = models.BigIntegerField()
    model = models.CharField(max_length=200, blank=True, help_text="Empty where it concerns the indexes of all models.")

    objects = IndexChangeQuerySet.as_manager()

    class Meta:
        db_table = "search_index_change"
        constraints = [models.UniqueConstraint(fields=["photo_id", "model"], name="search_index_change_once")]

    def __str__(self) -> str:
        return f"change {self.pk} of photo {self.photo_id}"

    @classmethod
    def record(cls, photo_id: int) -> None:
        """Tell every process of a change, with the fate of the caller's transaction."""
        cls.record_all([photo_id], "")

    @classmethod
    def record_all(cls, photo_ids: Collection[int], model: str) -> None:
        """Tell every process that holds the index of this model that these of its vectors changed."""
        with transaction.atomic():
            # PostgreSQL hands out ids before it commits; a reader must never see 8 while 7 is still to come.
            Library.lock()
            cls.objects.filter(photo_id__in=photo_ids, model=model).delete()
            IndexChange.objects.bulk_create([IndexChange(photo_id=pk, model=model) for pk in photo_ids])


class KeptList(models.Model):
    """A row of Django's database cache, which alone reads and writes them; as a model its table comes by `migrate`."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "search_kept_list"

    def __str__(self) -> str:
        return self.cache_key


def new_token() -> str:
    return secrets.token_urlsafe(12)


class ShownPictureQuerySet(models.QuerySet["ShownPicture"]):
    def of(self, user: User, now: datetime) -> Self:
        """What this person searched by not longer ago than pictures are kept."""
        return self.filter(owner=user, shown_at__gt=now - ShownPicture.LIFETIME)

    def expired(self, now: datetime) -> Self:
        return self.filter(shown_at__lte=now - ShownPicture.LIFETIME)


class ShownPicture(models.Model):
    """A picture somebody searched by, which is no photo: kept for a while, so that the search can go on from there."""

    LIFETIME = timedelta(minutes=15)
    MOST = 10  # of one person; older ones go when one more is shown

    token = models.CharField(max_length=40, primary_key=True, default=new_token)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    rendition = models.BinaryField()  # WebP, without any metadata
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    vector = VectorField()
    model = models.CharField(max_length=200)
    shown_at = models.DateTimeField(db_index=True)

    objects = ShownPictureQuerySet.as_manager()

    class Meta:
        db_table = "search_shown_picture"

    def __str__(self) -> str:
        return f"a picture shown at {self.shown_at}"

    def image(self) -> Image.Image:
        """Return it upright, sRGB, mode RGB."""
        with Image.open(BytesIO(self.rendition)) as file:
            return file.convert("RGB")
