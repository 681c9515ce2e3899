"""What a person searched for and found, to be offered again while they type."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F

from search.language.folding import fold

if TYPE_CHECKING:
    from accounts.models import User

MOST_KEPT = 200
EXAMPLES = 5
_LONGEST_KEY = 400


class PastSearchQuerySet(models.QuerySet["PastSearch"]):
    def of(self, user: User) -> Self:
        """A person's searches, the latest first."""
        return self.filter(owner=user).order_by("-used_at", "-pk")

    def beginning_with(self, typed: str) -> Self:
        """Those that begin so; case and accents do not matter."""
        return self.filter(folded__startswith=_key(typed))

    def remember(self, user: User, text: str, found: Collection[int], now: datetime) -> None:
        """Note that this text found these photos, of which a few are kept; the oldest beyond MOST_KEPT go."""
        examples = list(found)[:EXAMPLES]
        with transaction.atomic():
            known, made = self.get_or_create(
                owner=user, folded=_key(text), defaults={"text": text, "used_at": now, "examples": examples}
            )
            if not made:
                used = self.filter(pk=known.pk)
                used.update(text=text, used_at=now, examples=examples, times=F("times") + 1)
            oldest = self.of(user).values_list("pk", flat=True)[MOST_KEPT : 2 * MOST_KEPT]
            self.filter(pk__in=list(oldest)).delete()


class PastSearch(models.Model):
    """A text that a person searched for on the page and that found something; never one of the API."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="past_searches")
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=_LONGEST_KEY, editable=False)
    used_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    # A few of the photos it found: whether one of them still answers it is quickly told.
    examples = models.JSONField(default=list)

    objects = PastSearchQuerySet.as_manager()

    class Meta:
        db_table = "past_search"
        verbose_name_plural = "past searches"
        constraints = [models.UniqueConstraint(fields=["owner", "folded"], name="past_search_once")]
        indexes = [models.Index(fields=["owner", "-used_at"], name="past_search_by_use")]

    def __str__(self) -> str:
        return self.text


class UnkeptHistory(models.Model):
    """This person wants no searches remembered: that the row is there says it."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")

    class Meta:
        db_table = "unkept_history"
        verbose_name_plural = "unkept histories"

    def __str__(self) -> str:
        return f"no history of {self.owner}"


def _key(text: str) -> str:
    """Return what makes two texts the same search; some characters fold into many."""
    return fold(text)[:_LONGEST_KEY]
