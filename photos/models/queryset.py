from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Coalesce

from photos.models.generation import StoredEmbedding
from photos.models.tag import PhotoTag

if TYPE_CHECKING:
    from accounts.models import User
    from photos.models.photo import Photo  # noqa: F401  (ruff overlooks the name in quotes)


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: User) -> Self:
        """The photos a user may see: their own, but for those in the trash. Every query starts here."""
        return self.filter(owner=user, trashed_at=None)

    def in_trash_of(self, user: User) -> Self:
        return self.filter(owner=user, trashed_at__isnull=False)

    def listed(self) -> Self:
        """What galleries and lists show: all but the archived."""
        return self.filter(archived=False)

    def archived(self) -> Self:
        return self.filter(archived=True)

    def searchable(self, model: str) -> Self:
        """Photos with a vector of this model that a search may find."""
        return self.filter(archived=False, trashed_at=None, embedding__isnull=False, embedding_model=model)

    def stale(self, model: str) -> Self:
        """Photos, but for those in the trash, that other models have embedded and this one has not."""
        stored = StoredEmbedding.objects.filter(photo=OuterRef("pk"))
        elsewhere = ~Q(embedding_model="") | Exists(stored)
        here = Q(embedding_model=model) | Exists(stored.filter(model=model))
        return self.filter(elsewhere, ~here, trashed_at=None)

    def for_listing(self) -> Self:
        """With their tags and without their vectors: a constant number of queries, whatever the length."""
        accepted = Prefetch("photo_tags", PhotoTag.objects.accepted(), to_attr="accepted_tags")
        return self.defer("embedding").prefetch_related(accepted)

    def put_captions(self, captions: Mapping[int, str], now: datetime) -> None:
        """Set captions by the photo's id, as machines do. No signal is sent: no index reads them."""
        moment = connection.ops.adapt_datetimefield_value(now)
        # By hand: bulk_update() takes ten times as long to write the same.
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE photo SET caption = %s, updated_at = %s WHERE id = %s",
                [(caption, moment, photo_id) for photo_id, caption in captions.items()],
            )

    def with_stars(self) -> Self:
        """With the rating to sort by as `stars`: unrated is the same as none."""
        return self.annotate(stars=Coalesce("rating", Value(0)))

    def newest_added(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def newest_taken(self) -> Self:
        return self.order_by("-taken_at", "-pk")
