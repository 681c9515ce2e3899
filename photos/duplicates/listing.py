"""The groups a person has still to decide about, page by page, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from rest_framework.exceptions import ValidationError

from accounts.models import User
from photos.models import DuplicateGroup, Merge, Tier
from photos.paging import MAX_ID


@dataclass(frozen=True)
class GroupPage:
    groups: Sequence[DuplicateGroup]
    next_cursor: str  # "" on the last page


def page_of_groups(user: User, limit: int, tier: Tier | None = None, cursor: str = "") -> GroupPage:
    """Return at most `limit` groups, the surest tier first, after the one the cursor names.

    Raises ValidationError for a cursor that this function did not make.
    """
    groups = DuplicateGroup.objects.visible_to(user).select_related("keeper")
    if tier is not None:
        groups = groups.filter(tier=tier)
    if cursor:
        after_tier, after = _place(cursor)
        groups = groups.filter(Q(tier=after_tier, pk__gt=after) | Q(tier__gt=after_tier))
    rows = list(groups.order_by("tier", "pk")[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return GroupPage(rows[:limit], f"{last.tier}-{last.pk}" if last else "")


def page_of_merges(user: User, limit: int, cursor: str = "") -> tuple[list[Merge], str]:
    """Return at most `limit` merges, newest first, after the one the cursor names, and the cursor of the next page.

    Raises ValidationError for a cursor that this function did not make.
    """
    merges = Merge.objects.visible_to(user).select_related("keeper").prefetch_related("merged")
    if cursor:
        merges = merges.filter(pk__lt=_number(cursor))
    rows = list(merges.order_by("-pk")[: limit + 1])
    return rows[:limit], str(rows[limit - 1].pk) if len(rows) > limit else ""


def counts(user: User) -> dict[Tier, int]:
    """Return how many groups there are to decide about, tier by tier."""
    rows = DuplicateGroup.objects.visible_to(user).order_by().values_list("tier").annotate(count=Count("pk"))
    found = dict(rows)
    return {tier: found.get(tier, 0) for tier in Tier}


def _place(cursor: str) -> tuple[int, int]:
    tier, _, pk = cursor.partition("-")
    try:
        return Tier(int(tier)), _number(pk)
    except ValueError as exc:
        raise _foreign() from exc


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MAX_ID:
        raise _foreign()
    return int(text)


def _foreign() -> ValidationError:
    return ValidationError({"cursor": ["This cursor was not given by this service."]})
