"""Tags made anew, and taught words learned, when the words or the model have changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task

from ai.encoders.base import EncoderUnavailable
from jobs.duties import duty
from jobs.models import Run
from jobs.progress import Progress, Reporter
from photos import learning, missing, retagging
from photos.encoding import current_encoder
from photos.models import Stage


@task(queue_name="embed", takes_context=True, time_limit=timedelta(hours=2), title="Tagging with new words")
def retag_library(context: TaskContext) -> None:
    """Tag the library with the words there are now, and once more where they change meanwhile."""
    reporter = Reporter(context)

    def tell(done: int, total: int) -> None:
        reporter.tell(Progress(done, total, f"{done} of {total} photos"), timezone.now())

    with suppress(EncoderUnavailable):  # nothing is lost: it is queued again once the encoder is there
        while retagging.is_needed():
            retagging.retag(timezone.now(), tell)


def queue_retagging() -> None:
    """Have a worker tag the library anew where that is needed; however many words change, one job does it."""
    if retagging.is_needed() and not Run.objects.unfinished(retag_library).exists():
        retag_library.enqueue()


@duty(every=timedelta(minutes=1))
def retag_left_behind(now: datetime) -> None:
    """Queue what a job that was just ending did not see, or that waited for an encoder."""
    if not retagging.is_needed() or Run.objects.called_off(retag_library, now):
        return
    if Stage.Name.EMBEDDING in missing.possible_stages():
        queue_retagging()


@duty(every=timedelta(minutes=1))
def learn_taught_words(now: datetime) -> None:
    """Learn what could not be learned when it was said: there was no encoder, or it was another one."""
    with suppress(EncoderUnavailable):
        learning.catch_up(current_encoder(), now)
