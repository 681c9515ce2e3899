from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from photos import reanalysis
from photos.forms import CancelForm, ChosenForm, ReanalysisForm
from photos.models import Reanalysis
from photos.notices import tell_errors
from photos.reanalysis_progress import failures_of, obstacle_to, progress_of
from photos.tasks import analyse_again
from photos.views.request import PageRequest

FAILURES = 20


@require_safe
def analysis(request: PageRequest) -> HttpResponse:
    """Show how far the analysis is; to htmx, which asks again and again until it is over, the part that changes."""
    template = "photos/includes/analysis_progress.html" if request.htmx else "photos/analysis.html"
    return render(request, template, _context(request))


@require_POST
def choose(request: PageRequest) -> HttpResponse:
    """Ask what is to be done once more with the photos selected in the gallery."""
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        tell_errors(request, chosen)
        return redirect("photos:gallery")
    form = ReanalysisForm(initial={"scope": Reanalysis.Scope.CHOSEN, "photo": chosen.cleaned_data["photo"]})
    return render(request, "photos/analysis_choose.html", {"form": form, "count": len(chosen.cleaned_data["photo"])})


@require_POST
def start(request: PageRequest) -> HttpResponse:
    form = ReanalysisForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return redirect("photos:analysis")
    try:
        analyse_again(request.user, form.wanted(), timezone.now())
    except reanalysis.AlreadyAnalysing as exc:
        messages.error(request, str(exc.detail))
    return redirect("photos:analysis")


@require_POST
def cancel(request: PageRequest) -> HttpResponse:
    """Call off what waits of the reanalysis that the page showed."""
    form = CancelForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else 0
    row = Reanalysis.objects.open().filter(owner=request.user, pk=number).first()
    if row is not None and reanalysis.cancel(row, timezone.now()):
        messages.success(request, "Cancelled. What was not begun stays as it was.")
    return redirect("photos:analysis")


def _context(request: PageRequest) -> dict[str, Any]:
    now = timezone.now()
    failures = failures_of(request.user, FAILURES + 1)
    context = {"form": ReanalysisForm(initial={"scope": Reanalysis.Scope.ALL}), "now": now, "over": True}
    context |= {"failures": failures[:FAILURES], "more_failed": len(failures) > FAILURES}
    if latest := Reanalysis.objects.filter(owner=request.user).order_by("-pk").first():
        progress = progress_of(latest, now)
        over = latest.is_over
        obstacle = "" if over else obstacle_to(progress, latest.started_at, now)
        context |= {"latest": latest, "over": over, "progress": progress, "obstacle": obstacle}
    return context
