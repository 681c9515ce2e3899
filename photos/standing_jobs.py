"""What the page of jobs shows: what is at work, waits and failed, and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from jobs.models import Pause, Run, RunQuerySet
from jobs.pause import EVERYTHING
from photos.models import Photo, Stage
from photos.tasks import analyse_photo, queue_photos

SHOWN = 50
RETRIED_AT_ONCE = 500
JOBS_RETRIED_AT_ONCE = 10_000
MEASURED = timedelta(minutes=5)
MANAGING = ("jobs.change_run", "jobs.add_pause", "jobs.delete_pause")
_TITLES = {
    "analyse_photo": "Analysing photos",
    "describe_photo": "Describing photos",
    "read_text": "Reading text in photos",
    "find_duplicates": "Looking for duplicates",
    "migrate_library": "Changing the model",
}


@dataclass(frozen=True)
class Kind:
    path: str
    title: str
    count: int


@dataclass(frozen=True)
class Work:
    """All jobs, for those who manage them; `minutes_left` is None where nothing ended lately."""

    running: Sequence[tuple[str, Run]]
    running_count: int
    waiting: Sequence[Kind]
    waiting_count: int
    failed: Sequence[tuple[str, Run]]
    failed_count: int
    per_minute: float
    minutes_left: int | None
    pause: Pause | None


def may_manage(user: User) -> bool:
    """Tell whether this person sees and stops everybody's jobs: staff, with the rights the admin asks for."""
    return user.is_staff and user.has_perms(MANAGING)


def title_of(path: str) -> str:
    name = path.rpartition(".")[2]
    return _TITLES.get(name, name.replace("_", " ").capitalize())


def work_at(now: datetime) -> Work:
    jobs = Run.objects.select_related("job")
    running = jobs.filter(job__status=TaskResultStatus.RUNNING).order_by("job__started_at", "pk")
    failed = jobs.filter(job__status=TaskResultStatus.FAILED).order_by("-job__finished_at", "pk")
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY).order_by()
    counts = ready.values_list("task_path").annotate(count=Count("pk")).order_by("task_path")
    waiting = [Kind(path, title_of(path), count) for path, count in counts]
    total = sum(kind.count for kind in waiting)
    ended = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__gt=now - MEASURED).count()
    rate = ended / (MEASURED / timedelta(minutes=1))
    pause = Pause.objects.filter(what=EVERYTHING).first()
    left = max(1, round(total / rate)) if rate and total and pause is None else None
    shown = (_titled(running[:SHOWN]), running.count(), waiting, total, _titled(failed[:SHOWN]), failed.count())
    return Work(*shown, rate, left, pause)


def _titled(runs: RunQuerySet) -> list[tuple[str, Run]]:
    return [(title_of(run.job.task_path), run) for run in runs]


def try_again(photos: Iterable[Photo], now: datetime, priority: int | None = None) -> int:
    """Have workers do what failed of these photos, once more, at least so important; return how many photos that is."""
    chosen = list(photos)
    ids = [photo.pk for photo in chosen]
    Run.objects.filter(job__task_path=analyse_photo.module_path, subject__in=[str(pk) for pk in ids]).retry(now)
    Stage.objects.filter(photo_id__in=ids, status=Stage.Status.FAILED).request(Stage.QUICK)
    Photo.objects.filter(pk__in=ids).settle(now)
    queue_photos(ids)
    if priority is not None:
        Run.objects.hurry(analyse_photo, ids, priority)
    return len(ids)
