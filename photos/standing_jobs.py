"""What the page of jobs shows: what is at work, waits and failed, and how fast it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django_tasks.base import TaskResultStatus

from accounts.models import User
from jobs.backend import title_of
from jobs.models import Pause, Run, RunQuerySet
from jobs.pace import Pace, pace_of
from jobs.pause import EVERYTHING
from photos.encoding import encoder_problem
from photos.models import Photo, Stage
from photos.models.stage import CANCELLED
from photos.own_jobs import PATHS_OF_PHOTOS, jobs_of, jobs_of_photos, may_manage, photos_curated_by
from photos.reanalysis_progress import NO_WORKER

SHOWN = 50
FAILED = Stage.Status.FAILED
_TOLD_OF_A_JOB = (
    *("subject", "error", "cancelled_at", "cancelled_by", "done", "total", "message", "attempts"),
    *("job__task_path", "job__status", "job__started_at", "job__finished_at"),
)


@dataclass(frozen=True)
class Kind:
    path: str
    title: str
    count: int


@dataclass(frozen=True)
class Job:
    """A job by what it is called; `about` is the person's own photo where it is about one."""

    title: str
    run: Run
    about: Photo | None
    has_traceback: bool

    @property
    def key(self) -> str:
        return str(self.run.pk)

    @property
    def name(self) -> str:
        return f"{self.title}, {self.about}" if self.about else self.title


@dataclass(frozen=True)
class Failure:
    """Why stages of a photo failed: those for the same reason, and the first of them that tells where."""

    names: str
    error: str
    traceback_of: int | None

    @property
    def key(self) -> str:
        return str(self.traceback_of)

    @property
    def is_cancelled(self) -> bool:
        return self.error == CANCELLED


@dataclass(frozen=True)
class BrokenPhoto:
    photo: Photo
    is_own: bool
    failures: Sequence[Failure]

    @property
    def key(self) -> str:
        return str(self.photo.pk)


@dataclass(frozen=True)
class Work:
    """The jobs a person sees."""

    pace: Pace
    running: Sequence[Job]
    waiting: Sequence[Kind]
    failed: Sequence[Job]
    failed_count: int  # with those that were cancelled
    can_retry: bool
    pause: Pause | None
    obstacle: str  # why nothing gets done, in words
    manages: bool


@dataclass(frozen=True)
class OwnPhotos:
    """How it goes with a person's own photos, and what failed of all they look after."""

    pace: Pace
    queued: int
    obstacle: str
    broken: Sequence[BrokenPhoto]
    broken_count: int


def work_for(user: User, now: datetime) -> Work:
    jobs, manages = jobs_of(user), may_manage(user)
    pace = pace_of(jobs, now)
    running = jobs.filter(job__status=TaskResultStatus.RUNNING).order_by("job__started_at", "pk")
    failed = jobs.filter(job__status=TaskResultStatus.FAILED).order_by("-job__finished_at", "pk")
    waiting = [Kind(path, title_of(path), count) for path, count in pace.waiting.items()]
    pause = Pause.objects.filter(what=EVERYTHING).first()
    idle = pace.waiting and pause is None and Run.objects.unattended(now)
    shown = _shown(running, user), waiting, _shown(failed, user)
    return Work(pace, *shown, failed.count(), jobs.failed().exists(), pause, NO_WORKER if idle else "", manages)


def photos_for(user: User, now: datetime) -> OwnPhotos:
    unfinished = Stage.objects.filter(status__in=[Stage.Status.QUEUED, Stage.Status.RUNNING], name__in=Stage.ORDER)
    mine = Photo.objects.visible_to(user).filter(status=Photo.Status.QUEUED)
    queued = mine.filter(pk__in=unfinished.values("photo_id")).count()
    failed = photos_curated_by(user).filter(pk__in=Stage.objects.filter(status=FAILED).values("photo_id"))
    broken = _broken(list(failed.select_related("owner").order_by("-pk")[:SHOWN]), user)
    obstacle = encoder_problem() if queued else ""
    return OwnPhotos(pace_of(jobs_of_photos(user), now), queued, obstacle, broken, failed.count())


def _shown(runs: RunQuerySet, user: User) -> list[Job]:
    """Read the first of these jobs, without their tracebacks, which are long."""
    ids = list(runs.values_list("pk", flat=True)[:SHOWN])
    rows: Any = Run.objects.select_related("job").only(*_TOLD_OF_A_JOB).filter(pk__in=ids)
    found = {run.pk: run for run in rows.annotate(has_traceback=~Q(job__traceback=""))}
    shown = [found[pk] for pk in ids if pk in found]  # one may have been deleted since
    of_photos = [run.subject for run in shown if run.job.task_path in PATHS_OF_PHOTOS]
    photos = Photo.objects.visible_to(user).in_bulk([int(subject) for subject in of_photos]) if of_photos else {}
    return [_job(run, photos) for run in shown]


def _job(run: Any, photos: Mapping[int, Photo]) -> Job:
    about = photos.get(int(run.subject)) if run.job.task_path in PATHS_OF_PHOTOS else None
    return Job(title_of(run.job.task_path), run, about, run.has_traceback)


def _broken(photos: Sequence[Photo], user: User) -> list[BrokenPhoto]:
    stages = Stage.objects.filter(photo__in=photos, status=FAILED).defer("traceback")
    reasons: dict[int, dict[str, list[Stage]]] = {}
    for stage in stages.annotate(tells=Q(traceback__isnull=False)).order_by("pk"):
        reasons.setdefault(stage.photo_id, {}).setdefault(stage.error, []).append(stage)
    return [
        BrokenPhoto(photo, photo.owner_id == user.pk, [_failure(*told) for told in reasons.get(photo.pk, {}).items()])
        for photo in photos
    ]


def _failure(error: str, stages: Sequence[Stage]) -> Failure:
    tells = [stage.pk for stage in stages if stage.tells]  # type: ignore[attr-defined]
    return Failure(", ".join(str(stage.get_name_display()) for stage in stages), error, tells[0] if tells else None)
