"""The colours of photos that were in the library before colours were looked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django_tasks import task

from jobs.duties import duty
from photos.models import Stage
from photos.tasks import catching_up


@task(queue_name="embed", title="Asking for the colours of older photos")
def ask_for_colours(after: int) -> None:
    """Ask for the colours of the next photos that have none, and behind them for those that follow."""
    catching_up.ask_for_next(Stage.Name.COLOURS, after, ask_for_colours)


@duty(every=timedelta(hours=1))  # in a library of a million it takes a second to see that none lacks them
def look_for_uncoloured(now: datetime) -> None:
    """Begin with the photos that have no colours yet, where nobody is at it."""
    catching_up.begin(Stage.Name.COLOURS, ask_for_colours, now)


@duty(every=timedelta(minutes=1))
def queue_uncoloured(now: datetime) -> None:
    """Queue photos whose colours wait though nobody works on them."""
    catching_up.queue_waiting(Stage.Name.COLOURS, now)
