"""Searches that a person keeps: smart albums."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.crypto import constant_time_compare, salted_hmac

from search.ranking.modes import Mode
from search.ranking.sorts import Sort

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_NAME = 100
BEST_FIRST = str(Sort.RELEVANCE)
LONGEST_WAY_BACK = timedelta(days=1)  # so long a deletion can be undone

# What was new when a page was opened stays marked so long: who looks at one photo and comes back finds the others.
VISIT = timedelta(minutes=30)


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user: User) -> Self:
        """The searches a person keeps, in their own order. Every query starts here."""
        return self.filter(owner=user, deleted_at=None).order_by("position", "pk")

    def pinned(self) -> Self:
        return self.filter(pinned=True)

    def deleted_by(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at__isnull=False)

    def by_link(self, pk: int, token: str) -> SavedSearch | None:
        """Return the search whose feed a secret link opens, None for a link that is wrong or was revoked."""
        kept = self.filter(deleted_at=None, feed_key__isnull=False, owner__is_active=True)
        search = kept.select_related("owner").filter(pk=pk).first()
        return search if search and constant_time_compare(token, search.feed_token) else None


class SavedSearch(models.Model):
    """A query that a person gave a name to. `query` is its canonical text, read in `mode`.

    A match is new when its photo has a higher number than `seen_up_to`, the newest photo there was when the person
    last looked. Through a visit what was new at its beginning stays marked: what lies above `marked_above`.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=200)
    mode = models.CharField(max_length=16, default=str(Mode.HYBRID))
    sort = models.CharField(max_length=16, default=BEST_FIRST)
    pinned = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    seen_up_to = models.BigIntegerField(default=0)
    marked_above = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    # Its link is made of this and the secret of the site: the database alone opens no feed.
    feed_key = models.UUIDField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        db_table = "saved_search"
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "query", "mode", "sort"], condition=Q(deleted_at=None), name="saved_search_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("search:saved_results", args=[self.pk])

    @property
    def parameters(self) -> dict[str, str]:
        """What the page of results takes to show it; what goes without saying is left out."""
        mode = {} if self.mode == Mode.HYBRID else {"mode": self.mode}
        return {"q": self.query} | mode | ({} if self.sort == BEST_FIRST else {"sort": self.sort})

    # What is new

    def marks_above(self, now: datetime) -> int:
        """Return the number above which photos are marked as new at this moment."""
        visiting = self.seen_at is not None and now - self.seen_at < VISIT
        return self.marked_above if visiting else self.seen_up_to

    def see(self, up_to: int, now: datetime) -> bool:
        """Note that the person has looked at all photos up to this number; False where that was known.

        One conditional UPDATE, so that of two pages that are opened at once the one with more photos counts.
        """
        seen = SavedSearch.objects.filter(pk=self.pk, seen_up_to__lt=up_to)
        anew = Q(seen_at=None) | Q(seen_at__lte=now - VISIT)
        marked: Any = Case(When(anew, then=F("seen_up_to")), default=F("marked_above"))
        return bool(seen.update(marked_above=marked, seen_up_to=Value(up_to), seen_at=now))

    # Its secret link

    @property
    def feed_token(self) -> str:
        """The secret in the link of the feed, 64 characters; empty while there is no link."""
        if self.feed_key is None:
            return ""
        return salted_hmac("search.saved.feed", f"{self.pk}:{self.feed_key}", algorithm="sha256").hexdigest()

    def make_link(self) -> None:
        """Give the feed a new secret link; one given before opens nothing any more."""
        self.feed_key = uuid.uuid4()
        self.save(update_fields=["feed_key"])

    def revoke_link(self) -> None:
        self.feed_key = None
        self.save(update_fields=["feed_key"])
