from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from photos.export_forms import ExportForm
from photos.exports.downloading import as_zip, size_of
from photos.forms import ChosenForm
from photos.notices import tell_errors
from photos.views.request import PageRequest


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: PageRequest) -> HttpResponse:
    """Ask how all photos are to be exported, or those that were selected in the gallery."""
    numbers: Sequence[int] = ()
    if request.method == "POST":
        chosen = ChosenForm(request.POST)
        if not chosen.is_valid():
            tell_errors(request, chosen)
            return redirect("photos:gallery")
        numbers = chosen.cleaned_data["photo"]
    size = size_of(request.user, numbers or None)
    return render(request, "photos/export.html", {"size": size, "numbers": numbers, "form": ExportForm()})


@require_POST
def download(request: PageRequest) -> HttpResponseBase:
    """Answer with the ZIP, made while it is sent."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return redirect("photos:export")
    numbers, layout = form.cleaned_data["photo"], form.cleaned_data["layout"]
    if not size_of(request.user, numbers or None).photos:
        messages.error(request, "There is no photo to export.")
        return redirect("photos:export")
    return as_zip(request.user, numbers or None, layout, timezone.now())
