"""Finding duplicates: soon after photos came, and never for more than a small share of the time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from accounts.models import User
from jobs.duties import duty
from jobs.models import Run
from photos.duplicates import lookalikes, scanning
from photos.models import Fingerprint

_RESTS = 10  # times as long as it took


@task(queue_name="maintenance", time_limit=timedelta(minutes=30))
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
    if last is None or last.job.finished_at is None or last.job.started_at is None:
        return True
    return now - last.job.finished_at >= _RESTS * (last.job.finished_at - last.job.started_at)
