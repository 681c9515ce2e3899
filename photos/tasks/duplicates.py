"""Finding duplicates: soon after photos came, and never for more than a small share of the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from jobs.duties import duty
from jobs.models import Run
from jobs.runs import RESPECTED
from photos.duplicates import lookalikes, runs, scanning
from photos.models import Fingerprint, MergeRun, Tier

_RESTS = 10  # times as long as it took


@task(queue_name="maintenance", time_limit=timedelta(minutes=30), title="Looking for duplicates")
def find_duplicates(owner_id: int) -> None:
    """Compare what came new with all else this person has, and find the groups anew.

    Of many new ones some at a time, so that other work gets its turn: the rest behind them.
    """
    for owner in User.objects.filter(pk=owner_id):
        if lookalikes.compare_some(owner, timezone.now()):
            find_duplicates.enqueue(owner_id)
        else:
            scanning.scan(owner, timezone.now())


@duty(every=timedelta(minutes=1))
def look_for_duplicates(now: datetime) -> None:
    """Begin where photos are new or changed, nobody is at it, and the last time is long enough ago."""
    fresh = Fingerprint.objects.filter(fresh=True).order_by().values_list("photo__owner", flat=True).distinct()
    for owner_id in Run.objects.without(find_duplicates, list(fresh)):
        if _is_rested(owner_id, now):
            find_duplicates.enqueue(owner_id)


def _is_rested(owner_id: int, now: datetime) -> bool:
    runs = Run.objects.filter(subject=str(owner_id), job__task_path=find_duplicates.module_path)
    last = runs.filter(job__finished_at__isnull=False).order_by("-job__finished_at").select_related("job").first()
    if last is not None and last.cancelled_at is not None and now - last.cancelled_at < RESPECTED:
        return False
    if last is None or last.job.finished_at is None or last.job.started_at is None:
        return True
    return now - last.job.finished_at >= _RESTS * (last.job.finished_at - last.job.started_at)


def merge_many(user: User, now: datetime, groups: Sequence[int] = (), tier: Tier | None = None) -> MergeRun:
    """Have a worker merge these groups, or all of a tier; raises MergingAlready and NothingToMerge."""
    with transaction.atomic():
        run = runs.begin(user, now, groups, tier)
        go_on_merging.enqueue(run.pk)
    return run


def undo_many(run: MergeRun, now: datetime) -> MergeRun:
    """Have a worker take back the merges of a run; raises as `merge_many` does."""
    with transaction.atomic():
        undoing = runs.begin_undo(run, now)
        go_on_merging.enqueue(undoing.pk)
    return undoing


@task(queue_name="embed", title="Merging duplicates")
def go_on_merging(run_id: int) -> None:
    """Do the next groups of a run, and behind them those that follow."""
    if runs.go_on(run_id, timezone.now()) and Run.objects.unfinished(go_on_merging).filter(subject=run_id).count() < 2:
        go_on_merging.enqueue(run_id)


@duty(every=timedelta(minutes=1))
def look_after_merge_runs(_: datetime) -> None:
    """Go on with runs that nobody is at any more."""
    still_open = list(MergeRun.objects.open().values_list("pk", flat=True))
    for pk in Run.objects.without(go_on_merging, still_open):
        go_on_merging.enqueue(pk)
