"""The fingerprints of photos that were in the library before any were taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django_tasks import task

from jobs.duties import duty
from photos.models import Stage
from photos.tasks import catching_up


@task(queue_name="embed", title="Asking for the fingerprints of older photos")
def ask_for_fingerprints(after: int) -> None:
    """Ask for the fingerprint of the next photos that have none, and behind them for those that follow."""
    catching_up.ask_for_next(Stage.Name.FINGERPRINT, after, ask_for_fingerprints)


@duty(every=timedelta(hours=1))  # in a library of a million it takes a second to see that none lacks them
def look_for_unknown(now: datetime) -> None:
    """Begin with the photos that have no fingerprint yet, where nobody is at it."""
    catching_up.begin(Stage.Name.FINGERPRINT, ask_for_fingerprints, now)


@duty(every=timedelta(minutes=1))
def queue_unknown(now: datetime) -> None:
    """Queue photos whose fingerprint waits though nobody works on them."""
    catching_up.queue_waiting(Stage.Name.FINGERPRINT, now)
