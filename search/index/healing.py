"""Large indexes are brought in order by workers: reading a million rows would hold up a web process."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task

from jobs.models import Run
from jobs.progress import Progress, Reporter
from search.engines import Step, Told
from search.index.locks import Busy
from search.index.rebuild import heal
from search.index.spaces import Space


@task(queue_name="ingest", takes_context=True, time_limit=timedelta(hours=2), title="Mending the index")
def heal_index(context: TaskContext, model: str) -> None:
    """Bring the index of a model in order; nothing where it is, or somebody else is at it."""
    with suppress(Busy):
        heal(Space.of(model), timezone.now(), told=told_by(context))


def queue_healing(model: str, now: datetime) -> bool:
    """Have a worker bring the index of a model in order; False where there seems to be no worker.

    Photos that wait for their analysis would keep it waiting for as long as an import takes, and the longer that
    takes, the more it is needed: what is due at a time goes before what may be done at any.
    """
    if not Run.objects.unfinished(heal_index).filter(subject=model[:64]).exists():
        heal_index.using(run_after=now).enqueue(model)
    return not Run.objects.unattended(now)


def told_by(context: TaskContext) -> Told:
    """Return what tells a job's progress to who looks at it."""
    reporter = Reporter(context)

    def tell(step: Step) -> None:
        said = f"{step.name}: {step.done} of {step.total} vectors" if step.total else f"{step.name} ..."
        reporter.tell(Progress(step.done, step.total, said), timezone.now())

    return tell
