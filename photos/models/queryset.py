from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from photos.models.generation import Embedding
from photos.models.stage import Stage
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

    def having(self, owner: User, hashes: Collection[str]) -> list[tuple[str, int, bool]]:
        """Return hash, id and whether it is in the trash of each of the owner's photos with a file of these SHA-256."""
        mine = self.filter(owner=owner)
        found = list(mine.filter(sha256__in=hashes).values_list("sha256", "pk", "trashed_at"))
        found += mine.filter(files__sha256__in=hashes).values_list("files__sha256", "pk", "trashed_at")
        found.sort(key=itemgetter(1, 0))
        return [(sha256, pk, trashed_at is not None) for sha256, pk, trashed_at in found]

    def in_trash_since(self, moment: datetime) -> Self:
        """Everybody's photos that were in the trash at that moment already, longest first."""
        return self.filter(trashed_at__lte=moment).order_by("trashed_at", "pk")

    def listed(self) -> Self:
        """What galleries and lists show: all but the archived."""
        return self.filter(archived=False)

    def archived(self) -> Self:
        return self.filter(archived=True)

    def hidden(self) -> Self:
        """What no list shows and no search by meaning finds: the archived and the trashed."""
        return self.filter(Q(archived=True) | Q(trashed_at__isnull=False))

    def embedded_by(self, model: str) -> Self:
        return self.filter(Exists(Embedding.objects.filter(photo=OuterRef("pk"), model=model)))

    def awaiting_vectors(self) -> Self:
        """Photos that wait for the first vector they get."""
        by_any = Exists(Embedding.objects.filter(photo=OuterRef("pk")))
        return self.filter(~by_any, status=self.model.Status.QUEUED)

    def stale(self, model: str) -> Self:
        """Photos, but for those in the trash, that other models have embedded and this one has not."""
        by_any = Exists(Embedding.objects.filter(photo=OuterRef("pk")))
        by_this = Exists(Embedding.objects.filter(photo=OuterRef("pk"), model=model))
        return self.filter(~by_this, by_any, trashed_at=None)

    def for_listing(self) -> Self:
        """With their tags: a constant number of queries, whatever the length."""
        return self.prefetch_related(Prefetch("photo_tags", PhotoTag.objects.accepted(), to_attr="accepted_tags"))

    def in_bulk(self, id_list: Any = None, *, field_name: str = "pk") -> dict[Any, Any]:
        """Read photos by their ids; the order of lists is left out, for which SQLite would go through all there are."""
        return super(PhotoQuerySet, self.order_by()).in_bulk(id_list, field_name=field_name)

    def put_captions(self, captions: Mapping[int, str], now: datetime) -> None:
        """Set captions by the photo's id, as machines do. No signal is sent: no index reads them."""
        moment = connection.ops.adapt_datetimefield_value(now)
        # By hand: bulk_update() takes ten times as long to write the same.
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE photo SET caption = %s, updated_at = %s WHERE id = %s",
                [(caption, moment, photo_id) for photo_id, caption in captions.items()],
            )

    def settle(self, now: datetime) -> int:
        """Do for many what `Photo.settle` does for one, in one statement; no signal is sent: no index reads these."""
        stages = Stage.objects.filter(photo=OuterRef("pk"), name__in=Stage.ORDER)
        failed = stages.filter(status=Stage.Status.FAILED).order_by("pk")
        waiting = stages.exclude(status=Stage.Status.DONE)
        status = Case(
            When(Exists(failed), then=Value(self.model.Status.FAILED)),
            When(Exists(waiting), then=Value(self.model.Status.QUEUED)),
            default=Value(self.model.Status.READY),
        )
        error = Coalesce(Subquery(failed.values("error")[:1]), Value(""))
        return self.update(status=status, error=error, updated_at=now)

    def with_stars(self) -> Self:
        """With the rating to sort by as `stars`: unrated is the same as none."""
        return self.annotate(stars=Coalesce("rating", Value(0)))

    def newest_taken(self) -> Self:
        return self.order_by("-taken_at", "-pk")
