"""Background work in a browser: one's own photos that wait or failed, and for staff every job."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Pause, Run, RunQuerySet
from jobs.pause import EVERYTHING
from jobs.priorities import PERSON
from photos.models import Photo
from photos.models.stage import CANCELLED
from photos.standing_jobs import JOBS_RETRIED_AT_ONCE, RETRIED_AT_ONCE, SHOWN, may_manage, try_again, work_at
from photos.views.request import PageRequest


@require_safe
def jobs(request: PageRequest) -> HttpResponse:
    """Show how the work stands; to htmx, which asks again and again, the part that changes."""
    mine = Photo.objects.visible_to(request.user).filter(trashed_at=None)
    failed = mine.filter(status=Photo.Status.FAILED).order_by("-pk")
    queued = mine.filter(status=Photo.Status.QUEUED).count()
    work = work_at(timezone.now()) if may_manage(request.user) else None
    busy = queued or (work and (work.running_count or work.waiting_count))
    context = {"failed": failed[:SHOWN], "failed_count": failed.count(), "queued": queued, "work": work}
    template = "photos/includes/jobs.html" if request.htmx else "photos/jobs.html"
    return render(request, template, context | {"every": "3s" if busy else "30s"})


@require_POST
def retry(request: PageRequest) -> HttpResponse:
    """Try one of the person's own failed photos again, or as many as are tried at once."""
    failed = Photo.objects.visible_to(request.user).filter(status=Photo.Status.FAILED)
    number = request.POST.get("photo", "")
    if number:
        failed = failed.filter(pk=int(number)) if number.isascii() and number.isdigit() else failed.none()
    else:
        failed = failed.exclude(error=CANCELLED)
    count = try_again(failed.order_by("-pk")[:RETRIED_AT_ONCE], timezone.now(), PERSON if number else None)
    messages.success(request, f"{count} photo{'' if count == 1 else 's'} will be tried again.")
    return redirect("photos:jobs")


@require_POST
def retry_jobs(request: PageRequest) -> HttpResponse:
    if request.POST.get("all"):
        count = _chosen(request).failed().retry(timezone.now(), most=JOBS_RETRIED_AT_ONCE)
    else:
        count = _chosen(request).retry(timezone.now(), PERSON)
    messages.success(request, f"{count} job{'' if count == 1 else 's'} will be tried again.")
    return redirect("photos:jobs")


@require_POST
def cancel(request: PageRequest) -> HttpResponse:
    count = _chosen(request).cancel(request.user.get_username(), timezone.now())
    messages.success(request, f"{count} job{'' if count == 1 else 's'} cancelled. What is at work stops soon.")
    return redirect("photos:jobs")


@require_POST
def pause(request: PageRequest) -> HttpResponse:
    _only_staff(request)
    Pause.objects.begin(EVERYTHING, request.user.get_username(), timezone.now())
    return redirect("photos:jobs")


@require_POST
def resume(request: PageRequest) -> HttpResponse:
    _only_staff(request)
    Pause.objects.end(EVERYTHING)
    return redirect("photos:jobs")


def _only_staff(request: PageRequest) -> None:
    if not may_manage(request.user):
        raise PermissionDenied("Only staff may do that.")


def _chosen(request: PageRequest) -> RunQuerySet:
    """Return the job with the posted id, the waiting jobs of a kind, or with `all` all; else none."""
    _only_staff(request)
    if kind := request.POST.get("kind"):
        return Run.objects.filter(job__task_path=kind, job__status="READY")
    if request.POST.get("all"):
        return Run.objects.all()
    try:
        return Run.objects.filter(pk=UUID(request.POST.get("job", "")))
    except ValueError:
        return Run.objects.none()
