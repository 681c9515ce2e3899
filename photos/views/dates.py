from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from photos import date_shifting
from photos.date_forms import DateShiftForm, ShiftNumberForm
from photos.forms import ChosenForm
from photos.models import DateShift, Photo
from photos.notices import tell_errors
from photos.views.request import PageRequest, way_back

SHOWN = 12  # photos whose dates are shown as they would be


@require_POST
def choose(request: PageRequest) -> HttpResponse:
    """Ask by how much the dates of the photos selected in the gallery are wrong; to htmx, show what they would be."""
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        tell_errors(request, chosen)
        return redirect("photos:gallery")
    numbers = chosen.cleaned_data["photo"]
    if request.htmx:
        form = DateShiftForm(request.POST)
        by = form.by if form.is_valid() else timedelta()
        return render(request, "photos/includes/dates_preview.html", _preview(request, numbers, by))
    form = DateShiftForm(initial={"photo": numbers})
    return render(request, "photos/dates.html", _page(request, form, numbers))


@require_POST
def shift(request: PageRequest) -> HttpResponse:
    """Move the dates, and offer to undo it; where the form is wrong, show it again."""
    form = DateShiftForm(request.POST)
    if form.is_valid():
        try:
            made = date_shifting.shift_dates(request.user, form.cleaned_data["photo"], form.by, timezone.now())
        except date_shifting.OutOfTime as exc:
            form.add_error(None, exc.words)
        else:
            _tell(request, made)
            return redirect(way_back(request) or "photos:gallery")
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        tell_errors(request, chosen)
        return redirect("photos:gallery")
    return render(request, "photos/dates.html", _page(request, form, chosen.cleaned_data["photo"]), status=422)


@require_POST
def undo(request: PageRequest) -> HttpResponse:
    """Take back the shift that the form behind an Undo button names."""
    form = ShiftNumberForm(request.POST if "number" in request.POST else request.GET)
    mine = DateShift.objects.filter(owner=request.user)
    made = mine.filter(pk=form.cleaned_data["number"]).first() if form.is_valid() else None
    if made is None:
        messages.error(request, "That cannot be undone any more.")
        return redirect("photos:gallery")
    try:
        count = len(date_shifting.undo(made, timezone.now()))
        messages.success(request, f"The dates are as they were: {count} photo{'s' if count != 1 else ''}.")
    except date_shifting.AlreadyUndone as exc:
        messages.error(request, str(exc.detail))
    return redirect(way_back(request) or "photos:gallery")


def _page(request: PageRequest, form: DateShiftForm, numbers: list[int]) -> dict[str, Any]:
    by = form.by if form.is_bound and form.is_valid() else timedelta()
    return _preview(request, numbers, by) | {"form": form, "next": way_back(request)}


def _preview(request: PageRequest, numbers: list[int], by: timedelta) -> dict[str, Any]:
    photos = Photo.objects.visible_to(request.user).filter(pk__in=numbers)
    count = photos.count()
    shown = [(photo, _moved(photo, by)) for photo in photos.order_by("taken_at", "pk")[:SHOWN]]
    return {"shown": shown, "count": count, "more": count - len(shown), "by": by, "numbers": numbers}


def _moved(photo: Photo, by: timedelta) -> datetime | None:
    try:
        return photo.taken_at + by
    except OverflowError:
        return None


def _tell(request: PageRequest, made: DateShift) -> None:
    count = made.dates.count()
    undo_url = f"{reverse('photos:undo_dates')}?number={made.pk}"
    messages.success(request, f"Dates moved: {count} photo{'s' if count != 1 else ''}.", extra_tags=undo_url)
