"""Uploads that come in pieces, and their clients do not come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.duties import duty
from photos.resumable import upkeep


@duty(every=timedelta(minutes=1))
def take_in_complete(now: datetime) -> None:
    upkeep.take_in_complete(now)


@duty(every=timedelta(minutes=10))
def expire_uploads(now: datetime) -> None:
    upkeep.expire(now)
