"""What the trash keeps no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.duties import duty
from photos import trash


@duty(every=timedelta(minutes=1))
def purge_expired(now: datetime) -> None:
    """Delete for good what lay in the trash for so many days."""
    trash.purge_expired(now)
