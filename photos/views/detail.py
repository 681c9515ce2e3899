from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from photos import captioning, curation
from photos.date_forms import DateForm
from photos.encoding import encoder_problem
from photos.forms import EditForm, TagForm
from photos.models import Photo, PhotoFace, RecognisedText, Stage
from photos.surroundings import surroundings_of
from photos.views.request import PageRequest, photo_or_404

FILES = 50  # of one photo that its page lists
SEEN_AT_ONCE = {"rating", "favorite"}  # their buttons show the change themselves


@require_safe
def detail(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "photos/detail.html", _context(request, _visible(request, pk)))


@require_POST
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Set the posted ones of title, caption, description, rating and favorite."""
    photo = _visible(request, pk)
    form = EditForm(request.POST, photo)
    if form.is_valid() and (changes := form.changes()):
        curation.edit_photo(photo, changes, timezone.now())
        if not SEEN_AT_ONCE.issuperset(changes):
            messages.success(request, "Saved.")
    return _after(request, photo, form)


@require_POST
def date(request: PageRequest, pk: int) -> HttpResponse:
    """Set when the photo was taken, by the clock of the place."""
    photo = _visible(request, pk)
    form = DateForm(request.POST)
    if form.is_valid() and form.cleaned_data["taken_at"]:
        curation.edit_photo(photo, {"taken_at": form.moment_for(photo)}, timezone.now())
        messages.success(request, "Saved.")
    return _after(request, photo, form)


@require_POST
def tags(request: PageRequest, pk: int) -> HttpResponse:
    photo = _visible(request, pk)
    form = TagForm(request.POST, photo)
    if form.is_valid() and any(form.cleaned_data.values()):
        curation.retag(photo, timezone.now(), **form.cleaned_data)
    return _after(request, photo, form)


@require_POST
def analyse(request: PageRequest, pk: int) -> HttpResponse:
    """Run again the posted stages, or else what failed, and what still waits; a description is left to the worker."""
    stages = [name for name in request.POST.getlist("stage") if name in Stage.Name.values]
    photo = curation.reanalyse(_visible(request, pk), timezone.now(), stages)
    if Stage.Name.DESCRIPTION in stages:
        messages.success(request, "It will be described again soon.")
    elif photo.status == Photo.Status.READY:
        messages.success(request, "Analysed.")
    return _after(request, photo, None)


def _visible(request: PageRequest, pk: int) -> Photo:
    return photo_or_404(Photo.objects.visible_to(request.user).for_listing(), pk)


def _after(request: PageRequest, photo: Photo, form: Form | None) -> HttpResponse:
    """Show the photo as it is now: its panel to htmx, else its page, by redirect unless there are errors to show."""
    refused = form is not None and not form.is_valid()
    if not (request.htmx or refused):
        return redirect(photo.get_absolute_url() + surroundings_of(photo, request.user, request.GET).query)
    template = "photos/includes/panel_answer.html" if request.htmx else "photos/detail.html"
    return render(request, template, _context(request, photo, form), status=422 if refused else 200)


def _context(request: PageRequest, photo: Photo, form: Form | None = None) -> dict[str, Any]:
    return {
        "photo": photo,
        "obstacle": encoder_problem() if photo.status == Photo.Status.QUEUED else "",
        "description": captioning.description_of(photo),
        "files": photo.files.order_by("pk")[:FILES],
        "recognised": RecognisedText.objects.filter(photo=photo).first(),
        "faces": PhotoFace.objects.filter(photo=photo).order_by("pk"),
        "form": form,
        "around": surroundings_of(photo, request.user, request.GET),
    }
