"""The analysis of many photos once more, in waves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django_tasks import task

from jobs.duties import duty
from jobs.models import Run
from photos import reanalysis
from photos.models import Reanalysis
from photos.tasks.analysis import queue_photos

if TYPE_CHECKING:
    from accounts.models import User


def analyse_again(user: User, wanted: reanalysis.Wanted, now: datetime) -> Reanalysis:
    """Have workers analyse these photos once more; raises AlreadyAnalysing."""
    with transaction.atomic():
        row = reanalysis.begin(user, wanted, now)
        hand_out.enqueue(row.pk)
    return row


@task(queue_name="embed", title="Analysing many photos again")
def hand_out(reanalysis_id: int) -> None:
    """Queue the next photos of a reanalysis, and behind them the wave that follows: few jobs wait at any time."""
    if Run.objects.unfinished(hand_out).filter(subject=f"{reanalysis_id}").count() > 1:
        return  # a successor waits already: this attempt follows one that was cut off at its very end
    reanalysis.count(reanalysis_id)
    with transaction.atomic():
        if ids := reanalysis.next_wave(reanalysis_id):
            queue_photos(ids, "embed")
            hand_out.enqueue(reanalysis_id)


@duty(every=timedelta(minutes=1))
def look_after_reanalyses(now: datetime) -> None:
    """Close those that are done, and go on with those that nothing hands out any more."""
    still_open = [row.pk for row in Reanalysis.objects.open() if not reanalysis.close(row, now)]
    for pk in Run.objects.without(hand_out, still_open):
        hand_out.enqueue(pk)
