"""How workers look after the index: what a person asks for in the admin, and what nobody should have to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task

from jobs.duties import duty
from jobs.models import Run
from photos.models import ActiveModel
from search.index.healing import queue_healing, told_by
from search.index.rebuild import is_behind
from search.index.spaces import Space
from search.upkeep.doing import Act, is_quick, perform
from search.upkeep.findings import Finding


@task(queue_name="ingest", takes_context=True, time_limit=timedelta(hours=2), title="Looking after the index")
def look_after_index(context: TaskContext, act: str, model: str) -> str:
    """Do what a person asked for, and tell what came of it."""
    return perform(Act(act), Space.of(model), timezone.now(), told_by(context)).text


def ask_for(act: Act, space: Space, now: datetime) -> Finding:
    """Do it where that is quick, else have a worker do it; tell what came of it or will. Raises OSError."""
    if is_quick(space):
        return perform(act, space, now)
    if not Run.objects.unfinished(look_after_index).filter(subject=act).exists():
        look_after_index.using(run_after=now).enqueue(act.value, space.model)
    return Finding("A worker does it in the background. This page tells how far it is.", well=True)


@duty(every=timedelta(minutes=1))
def heal_large_indexes(now: datetime) -> None:
    """Queue what would else wait for a search, which then had to read thousands of changes."""
    active = ActiveModel.current()
    if active and not is_quick(space := Space.of(active.key)) and is_behind(space):
        queue_healing(space.model, now)
