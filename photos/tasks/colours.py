"""The colours of photos that were in the library before colours were looked for."""

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

COLOURS = Stage.Name.COLOURS


def queue_colours(ids: Sequence[int]) -> int:
    """Have workers find the colours of these photos where they were asked for; return how many jobs that makes."""
    return queue_photos(ids, "embed")


@task(queue_name="embed")
def ask_for_colours(after: int) -> None:
    """Ask for the colours of the next photos that have none, and behind them for those that follow.

    So few wait at any time, however large the library. Where nothing is done, a disk being away, it goes no further.
    """
    if len(missing.unfinished(timezone.now(), [COLOURS])) >= QUEUED_AT_ONCE:
        return
    if ids := asking.never_asked(COLOURS, QUEUED_AT_ONCE, after):
        asking.ask_for(COLOURS, ids)
        queue_colours(ids)
        ask_for_colours.enqueue(ids[-1])


@duty(every=timedelta(hours=1))  # in a library of a million it takes a second to see that none lacks them
def look_for_uncoloured(now: datetime) -> None:
    """Begin with the photos that have no colours yet, where nobody is at it."""
    if Run.objects.called_off(ask_for_colours, now):
        return
    if not Run.objects.unfinished(ask_for_colours).exists() and asking.never_asked(COLOURS, 1):
        ask_for_colours.enqueue(0)


@duty(every=timedelta(minutes=1))
def queue_uncoloured(now: datetime) -> None:
    """Queue photos whose colours wait though nobody works on them."""
    queue_colours(missing.unfinished(now, [COLOURS], added_before=now - YOUNG))
