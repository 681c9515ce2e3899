"""Background work in a browser: each person's own jobs and photos, and for staff that manages jobs everybody's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Pause, RunQuerySet
from jobs.pause import EVERYTHING
from jobs.priorities import PERSON
from photos.forms import ChosenForm
from photos.models import Stage
from photos.own_jobs import jobs_of, may_manage, photos_curated_by
from photos.retrying import MOST, try_all_again, try_one_again
from photos.standing_jobs import photos_for, work_for
from photos.tasks import put_first
from photos.views.request import PageRequest, photo_or_404

OFTEN, OF_MANY, SELDOM = "3s", "10s", "30s"
MANY = 1_000  # to count more takes longer, and changes less of what is seen


@require_safe
def jobs(request: PageRequest) -> HttpResponse:
    """Show how the work stands; to htmx, which asks again and again, the part that changes."""
    return _page(request)


@require_POST
def retry(request: PageRequest) -> HttpResponse:
    """Try what failed of one photo again, or of as many as are tried at once."""
    photos, now = photos_curated_by(request.user), timezone.now()
    if "photo" in request.POST:
        form = ChosenForm(request.POST)
        number = form.cleaned_data["photo"][0] if form.is_valid() and form.cleaned_data["photo"] else 0
        try_one_again(photo_or_404(photos, number), now)
        return _told(request, 1, "photo", "will be tried again.")
    return _told(request, try_all_again(photos, now), "photo", "will be tried again.")


@require_POST
def hurry(request: PageRequest, pk: int) -> HttpResponse:
    """Let what waits for a photo be done first: somebody has opened it."""
    put_first(photo_or_404(photos_curated_by(request.user), pk).pk)
    return HttpResponse(status=204)


@require_POST
def retry_jobs(request: PageRequest) -> HttpResponse:
    """Try one job again, also a cancelled one, or with `all` those that failed, so many at once."""
    if request.POST.get("all"):
        count = jobs_of(request.user).failed().retry(timezone.now(), most=MOST)
    else:
        count = _chosen(request).retry(timezone.now(), PERSON)
    return _told(request, count, "job", "will be tried again.")


@require_POST
def cancel(request: PageRequest) -> HttpResponse:
    """Cancel one job, or those of a kind that wait."""
    count = _chosen(request).cancel(request.user.get_username(), timezone.now())
    return _told(request, count, "job", "cancelled. What is at work stops soon.")


@require_safe
def traceback(request: PageRequest, job: UUID) -> HttpResponse:
    _only_staff(request)
    run = jobs_of(request.user).select_related("job").filter(pk=job).first()
    return _traceback(request, run.job.traceback if run else None)


@require_safe
def stage_traceback(request: PageRequest, stage: int) -> HttpResponse:
    _only_staff(request)
    found = Stage.objects.filter(pk=stage, photo__in=photos_curated_by(request.user)).first()
    return _traceback(request, found.traceback if found else None)


@require_POST
def pause(request: PageRequest) -> HttpResponse:
    _only_staff(request)
    Pause.objects.begin(EVERYTHING, request.user.get_username(), timezone.now())
    return _answer(request)


@require_POST
def resume(request: PageRequest) -> HttpResponse:
    _only_staff(request)
    Pause.objects.end(EVERYTHING)
    return _answer(request)


def _only_staff(request: PageRequest) -> None:
    if not may_manage(request.user):
        raise PermissionDenied("Only staff may do that.")


def _chosen(request: PageRequest) -> RunQuerySet:
    """Return the job with the posted id, or those of a kind that wait; raises Http404 where it is not theirs."""
    visible = jobs_of(request.user)
    if kind := request.POST.get("kind"):
        return visible.filter(job__task_path=kind, job__status="READY")
    if not (number := request.POST.get("job")):
        return visible.none()
    try:
        chosen = visible.filter(pk=UUID(number))
    except ValueError:
        chosen = visible.none()
    if not chosen.exists():
        raise Http404("This job is not here. Perhaps it ended long ago, or it belongs to somebody else.")
    return chosen


def _told(request: PageRequest, count: int, noun: str, words: str) -> HttpResponse:
    if count:
        messages.success(request, f"{count:,} {noun}{'' if count == 1 else 's'} {words}")
    else:
        messages.info(request, "Nothing was left to do here: it waits, is at work or has ended already.")
    return _answer(request)


def _answer(request: PageRequest) -> HttpResponse:
    return _page(request) if request.htmx else redirect("photos:jobs")


def _page(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    work, own = work_for(request.user, now), photos_for(request.user, now)
    busy = max(own.queued, work.pace.count)
    every = OF_MANY if busy > MANY else OFTEN if busy else SELDOM
    template = "photos/includes/jobs_answer.html" if request.htmx else "photos/jobs.html"
    obstacles = [words for words in (own.obstacle, work.obstacle) if words]
    return render(request, template, {"work": work, "own": own, "obstacles": obstacles, "every": every})


def _traceback(request: PageRequest, words: str | None) -> HttpResponse:
    if not words:
        raise Http404("There is no traceback here. What failed may have been tried again since.")
    template = "photos/includes/traceback.html" if request.htmx else "photos/traceback.html"
    return render(request, template, {"traceback": words})
