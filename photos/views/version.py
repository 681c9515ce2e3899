from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from photos import pipeline, versions
from photos.forms import VersionForm
from photos.models import Photo
from photos.notices import tell_errors
from photos.views.request import PageRequest, photo_or_404


@require_POST
def show(request: PageRequest, pk: int) -> HttpResponse:
    """Show the version that the form names from now on."""
    return _with_version(request, pk, _show)


@require_POST
def separate(request: PageRequest, pk: int) -> HttpResponse:
    """Make the version that the form names a photo of its own, and lead to that."""
    return _with_version(request, pk, _separate)


def _with_version(request: PageRequest, pk: int, change: Callable[[PageRequest, Photo, int], Photo]) -> HttpResponse:
    photo = photo_or_404(Photo.objects.visible_to(request.user), pk)
    form = VersionForm(request.POST, photo)
    if form.is_valid():
        photo = change(request, photo, form.cleaned_data["file"].pk)
    else:
        tell_errors(request, form)
    return redirect(photo.get_absolute_url())


def _show(request: PageRequest, photo: Photo, file_id: int) -> Photo:
    versions.show(photo, file_id)
    pipeline.analyse(photo, timezone.now())
    messages.success(request, f"Shown from now on: {photo.original_name}.")
    return photo


def _separate(request: PageRequest, photo: Photo, file_id: int) -> Photo:
    now = timezone.now()
    own = pipeline.analyse(versions.separate(photo, file_id, now), now)
    messages.success(request, f"{own.original_name} is a photo of its own now.")
    return own
