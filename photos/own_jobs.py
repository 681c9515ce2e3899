"""Whose a job is: the person's whose photo, archive, analysis or duplicates it is about; others are nobody's."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, When
from django.db.models.functions import Cast
from django_tasks.base import Task

from accounts.models import User
from jobs.models import Run, RunQuerySet
from photos.archives.tasks import import_archive
from photos.models import ArchiveImport, MergeRun, Photo, Reanalysis
from photos.models.queryset import PhotoQuerySet
from photos.tasks import find_duplicates, go_on_merging, hand_out
from photos.tasks.looking import OF_PHOTOS

MANAGING = ("jobs.change_run", "jobs.add_pause", "jobs.delete_pause")
CURATING = "photos.change_photo"

PATHS_OF_PHOTOS = [task.module_path for task in OF_PHOTOS]
_OF_OWNED: list[tuple[Task[..., Any], type[Any]]] = [
    *((task, Photo) for task in OF_PHOTOS),
    (import_archive, ArchiveImport),
    (go_on_merging, MergeRun),
    (hand_out, Reanalysis),
]


def may_manage(user: User) -> bool:
    """Tell whether this person sees and stops everybody's jobs: staff, with the rights the admin asks for."""
    return user.is_staff and user.has_perms(MANAGING)


def jobs_of(user: User) -> RunQuerySet:
    """Return the jobs this person sees, tries again and cancels: all to those who manage them, else their own."""
    return Run.objects.all() if may_manage(user) else own_jobs_of(user)


def own_jobs_of(user: User) -> RunQuerySet:
    about_them = Q(job__task_path=find_duplicates.module_path, subject=f"{user.pk}")
    for task, model in _OF_OWNED:
        about_them |= Q(_theirs(model, user), job__task_path=task.module_path)
    owned: RunQuerySet = _numbered().filter(about_them)
    return owned


def jobs_of_photos(user: User) -> RunQuerySet:
    """Return the jobs about this person's own photos."""
    owned: RunQuerySet = _numbered().filter(_theirs(Photo, user), job__task_path__in=PATHS_OF_PHOTOS)
    return owned


def photos_curated_by(user: User) -> PhotoQuerySet:
    """Return the photos of which this person sees and retries what failed: with the rights for it everybody's."""
    if may_manage(user) and user.has_perm(CURATING):
        return Photo.objects.filter(trashed_at=None)
    return Photo.objects.visible_to(user)


def _numbered() -> Any:  # a RunQuerySet, which mypy forgets at alias()
    # In a CASE: other jobs are about what is no number, and a database may cast before it filters.
    paths = [task.module_path for task, _ in _OF_OWNED]
    number = Case(When(job__task_path__in=paths, then=Cast("subject", BigIntegerField())))
    return Run.objects.alias(number=number)


def _theirs(model: type[Any], user: User) -> Exists:
    return Exists(model.objects.filter(pk=OuterRef("number"), owner=user))
