"""What the files of photos say that were read before the reader knew all it knows today."""

from __future__ import annotations

from datetime import datetime, timedelta

from django_tasks import task

from jobs.duties import duty
from photos.models import Stage
from photos.tasks import catching_up


@task(queue_name="maintenance")
def ask_for_facts(after: int) -> None:
    """Ask for the facts of the next photos that an earlier reader has read, and behind them for those that follow."""
    catching_up.ask_for_next(Stage.Name.METADATA, after, ask_for_facts)


@duty(every=timedelta(hours=1))  # in a library of a million it takes some seconds to see that all are up to date
def look_for_unread_facts(now: datetime) -> None:
    """Begin with the photos that an earlier reader has read, where nobody is at it."""
    catching_up.begin(Stage.Name.METADATA, ask_for_facts, now)
