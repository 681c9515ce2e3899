"""What workers do for searches between jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.duties import duty
from search.pictures import forget_expired


@duty(every=timedelta(minutes=1))
def forget_pictures(now: datetime) -> None:
    forget_expired(now)
