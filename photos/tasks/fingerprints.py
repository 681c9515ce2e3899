"""The fingerprints of photos that were in the library before any were taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from jobs.duties import duty
from jobs.models import Run
from photos import asking, missing
from photos.models import Stage
from photos.tasks.analysis import QUEUED_AT_ONCE, YOUNG, queue_photos

FINGERPRINT = Stage.Name.FINGERPRINT


def queue_fingerprints(ids: Sequence[int]) -> int:
    """Have workers take the fingerprints of these photos where they were asked for; return how many jobs that makes."""
    return queue_photos(ids, "embed")


@task(queue_name="embed")
def ask_for_fingerprints(after: int) -> None:
    """Ask for the fingerprints of the next photos that have none, and behind them for those that follow.

    So few wait at any time, however large the library. Where nothing is done, a disk being away, it goes no further.
    """
    if len(missing.unfinished(timezone.now(), [FINGERPRINT])) >= QUEUED_AT_ONCE:
        return
    if ids := asking.never_asked(FINGERPRINT, QUEUED_AT_ONCE, after):
        asking.ask_for(FINGERPRINT, ids)
        queue_fingerprints(ids)
        ask_for_fingerprints.enqueue(ids[-1])


@duty(every=timedelta(hours=1))  # in a library of a million it takes a second to see that none lacks them
def look_for_unknown(now: datetime) -> None:
    """Begin with the photos that have no fingerprint yet, where nobody is at it."""
    if Run.objects.called_off(ask_for_fingerprints, now):
        return
    if not Run.objects.unfinished(ask_for_fingerprints).exists() and asking.never_asked(FINGERPRINT, 1):
        ask_for_fingerprints.enqueue(0)


@duty(every=timedelta(minutes=1))
def queue_unknown(now: datetime) -> None:
    """Queue photos whose fingerprint waits though nobody works on them."""
    queue_fingerprints(missing.unfinished(now, [FINGERPRINT], added_before=now - YOUNG))
