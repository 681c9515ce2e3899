"""A person's jobs page by page, the newest first."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from rest_framework.exceptions import ValidationError

from accounts.models import User
from jobs.models import Run
from photos.own_jobs import jobs_of
from photos.paging import cursor_of


@dataclass(frozen=True)
class JobPage:
    runs: list[Run]
    next_cursor: str  # "" on the last page


def page_of_jobs(user: User, limit: int, state: str = "", cursor: str = "") -> JobPage:
    """Return at most `limit` jobs this person may see, after the one the cursor names; `state` is one of STATES.

    Raises ValidationError for a cursor that this function did not make.
    """
    jobs = jobs_of(user).in_state(state) if state else jobs_of(user)
    if cursor:
        queued_at, pk = _place(cursor)
        jobs = jobs.filter(Q(job__enqueued_at__lt=queued_at) | Q(job__enqueued_at=queued_at, pk__lt=pk))
    ordered = jobs.order_by("-job__enqueued_at", "-pk").values_list("job__enqueued_at", "pk")
    places = list(ordered[: limit + 1])
    # Read by their ids: to sort whole rows would carry their tracebacks along.
    found = Run.objects.select_related("job").defer("job__traceback").in_bulk([pk for _, pk in places[:limit]])
    runs = [found[pk] for _, pk in places[:limit] if pk in found]
    return JobPage(runs, cursor_of(places[limit - 1]) if len(places) > limit else "")


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        words = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        queued_at, pk = words.split(" ")
        return datetime.fromisoformat(queued_at).astimezone(UTC), UUID(pk)
    except (ValueError, OverflowError) as exc:  # OverflowError: in UTC it is before the first year or after the last
        raise ValidationError({"cursor": ["This cursor was not given by this service."]}) from exc
