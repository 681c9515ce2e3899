from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.record import Actor, Where
from photos import curation, downloads
from photos.models import Photo
from photos.thumbnails import SIZES
from photos.views.request import PageRequest, photo_or_404


@require_safe
def thumbnail(request: PageRequest, pk: int) -> HttpResponseBase:
    """Show a photo of the trash, which is found nowhere else."""
    return downloads.thumbnail(request, _trashed(request, pk), min(SIZES))


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether to delete a photo of the trash for ever, and on POST do it."""
    photo = _trashed(request, pk)
    if request.method != "POST":
        return render(request, "photos/delete.html", {"photo": photo})
    curation.purge(photo, Actor.of(request.user, Where.PAGE))
    messages.success(request, "Deleted for ever.")
    return redirect("photos:trash")


@require_http_methods(["GET", "HEAD", "POST"])
def empty(request: PageRequest) -> HttpResponse:
    """Ask whether to delete everything in the trash for ever, and on POST do it."""
    if request.method != "POST":
        count = Photo.objects.in_trash_of(request.user).count()
        return render(request, "photos/empty_trash.html", {"count": count})
    curation.empty_trash(request.user, Where.PAGE)
    messages.success(request, "The trash is empty.")
    return redirect("photos:trash")


def _trashed(request: PageRequest, pk: int) -> Photo:
    return photo_or_404(Photo.objects.in_trash_of(request.user), pk)
