from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from photos import curation
from photos.forms import EditForm, StageForm, WordForm
from photos.models import Photo, PhotoColour, RecognisedText, Stage
from photos.notices import tell_errors, tell_judged
from photos.standing import Standing
from photos.understanding import understanding_of
from photos.views.request import PageRequest, photo_or_404, way_back


@require_safe
def understanding(request: PageRequest, pk: int) -> HttpResponse:
    """Show what the machine saw; to htmx, which asks while stages are at work, only what may have changed."""
    template = "photos/includes/understanding_news.html" if request.htmx else "photos/understanding.html"
    return render(request, template, _context(_visible(request, pk)))


@require_POST
def word(request: PageRequest, pk: int) -> HttpResponse:
    """Let one word stand otherwise; it is named in the form, or behind an Undo button in the address."""
    photo = _visible(request, pk)
    form = WordForm(request.POST if "word" in request.POST else request.GET)
    if form.is_valid():
        name, standing = form.cleaned_data["word"], Standing(form.cleaned_data["standing"])
        former = curation.judge(photo, name, standing, timezone.now())
        tell_judged(request, photo, name, standing, former)
    else:
        tell_errors(request, form)
    return _after(request, photo)


@require_POST
def caption(request: PageRequest, pk: int) -> HttpResponse:
    photo = _visible(request, pk)
    form = EditForm(_caption_only(request.POST), photo)
    if not form.is_valid():
        tell_errors(request, form)
    elif changes := form.changes():
        curation.edit_photo(photo, changes, timezone.now())
        messages.success(request, "Saved.")
    return _after(request, photo)


@require_POST
def hand_back(request: PageRequest, pk: int) -> HttpResponse:
    """Let the machine write the caption again. The answer holds the person's words: nothing else would keep them."""
    photo = _visible(request, pk)
    former = photo.caption if "caption" in photo.edited else ""
    curation.hand_back_caption(photo, timezone.now())
    template = "photos/includes/understanding_answer.html" if request.htmx else "photos/understanding.html"
    return render(request, template, _context(photo) | {"former_caption": former})


@require_POST
def repeat(request: PageRequest, pk: int) -> HttpResponse:
    """Do one stage of the analysis once more, and what follows from it; without a name, those that failed."""
    photo = _visible(request, pk)
    form = StageForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return _after(request, photo)
    named = form.cleaned_data["stage"]
    photo = curation.reanalyse(photo, timezone.now(), [named] if named else ())
    if named == Stage.Name.DESCRIPTION:
        messages.success(request, "It will be described again soon.")
    elif named == Stage.Name.TEXT:
        messages.success(request, "It will be read again soon.")
    elif photo.status == Photo.Status.READY:
        messages.success(request, "Analysed.")
    return _after(request, photo)


def _visible(request: PageRequest, pk: int) -> Photo:
    return photo_or_404(Photo.objects.visible_to(request.user), pk)


def _caption_only(data: QueryDict) -> dict[str, str]:
    return {name: str(data[name]) for name in ("caption", "initial-caption") if name in data}


def _after(request: PageRequest, photo: Photo) -> HttpResponse:
    if not request.htmx:
        return redirect(way_back(request) or reverse("photos:understanding", args=[photo.pk]))
    return render(request, "photos/includes/understanding_answer.html", _context(photo))


def _context(photo: Photo) -> dict[str, Any]:
    recognised = RecognisedText.objects.filter(photo=photo).first()
    return {
        "photo": photo,
        "seen": understanding_of(photo),
        "now": timezone.now(),
        "recognised": recognised,
        "shades": PhotoColour.objects.palettes([photo.pk]).get(photo.pk),
    }
