"""Merging many groups at once: begun here, done by a worker, watched and taken back here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from photos.duplicate_forms import ManyForm
from photos.duplicates import runs
from photos.models import MergeRun
from photos.notices import tell_errors
from photos.tasks import merge_many, undo_many
from photos.views.request import PageRequest


@require_POST
def start(request: PageRequest) -> HttpResponse:
    form = ManyForm({"group": request.POST.getlist("group"), "tier": request.POST.get("tier", "")})
    if not form.is_valid():
        tell_errors(request, form)
        return redirect("duplicates:overview")
    try:
        merge_many(request.user, timezone.now(), form.cleaned_data["group"], form.cleaned_data["tier"])
    except (runs.MergingAlready, runs.NothingToMerge) as exc:
        messages.error(request, str(exc.detail))
    return redirect("duplicates:overview")


@require_safe
def progress(request: PageRequest) -> HttpResponse:
    """Show how far the newest run is, for htmx, which asks until it has ended."""
    run = MergeRun.objects.filter(owner=request.user).order_by("-pk").first()
    answer = render(request, "duplicates/includes/progress.html", {"run": run})
    if run and run.ended_at:
        answer["HX-Trigger"] = "duplicates-changed"
    return answer


@require_POST
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    if runs.cancel(_run(request, pk), timezone.now()):
        messages.success(request, "Cancelled. What is merged stays merged.")
    return redirect("duplicates:overview")


@require_POST
def undo(request: PageRequest, pk: int) -> HttpResponse:
    try:
        undo_many(_run(request, pk), timezone.now())
    except APIException as exc:
        messages.error(request, str(exc.detail))
    return redirect("duplicates:overview")


def _run(request: PageRequest, pk: int) -> MergeRun:
    run = MergeRun.objects.filter(owner=request.user, pk=pk).select_related("owner").first()
    if run is None:
        raise Http404("There is no such run.")
    return run
