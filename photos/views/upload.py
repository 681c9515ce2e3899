from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import APIException

from photos.errors import NoFile
from photos.models import IncomingUpload, Photo
from photos.names import clean_name
from photos.pipeline import analyse
from photos.quotas import usage_of
from photos.resumable import told as told_of
from photos.resumable.receiving import longest_of
from photos.templatetags.photo_display import thumbnail
from photos.thumbnails import SIZES
from photos.uploads import Accepted, accept_upload, received_file
from photos.views.request import PageRequest
from photos.waiting import KeptWaiting

FILMS = 50  # without a photo, that are told of
FORMATS = "JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, HEIC, JPEG 2000"


@dataclass(frozen=True)
class Outcome:
    """What became of one file of a form: a photo, or the words for why not."""

    name: str
    accepted: Accepted | None = None
    problem: str = ""
    waits: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PageRequest) -> HttpResponse:
    """Take one file from a script, answered in JSON, or any number from a plain form, answered by a page."""
    if request.method != "POST":
        return _page(request, {})
    if request.accepts("text/html"):
        return _from_form(request)
    return _from_script(request)


def _from_script(request: PageRequest) -> JsonResponse:
    try:
        accepted = _take(received_file(request), request)
    except KeptWaiting as exc:
        return JsonResponse({"waits": str(exc)}, status=202)
    return JsonResponse(_summary(accepted), status=201 if accepted.created else 200)


def _from_form(request: PageRequest) -> HttpResponse:
    files = request.FILES.getlist("file")
    problem = getattr(request, "upload_problem", None) or (None if files else NoFile())
    outcomes = [_outcome(file, request) for file in files]
    status = getattr(problem, "status_code", 200)
    return _page(request, {"outcomes": outcomes, "problem": problem}, status)


def _page(request: PageRequest, outcome: dict[str, Any], status: int = 200) -> HttpResponse:
    films = IncomingUpload.objects.films_of(request.user)[:FILMS]
    told = {
        "films": [(told_of.read(film.metadata).name, film) for film in films],
        "usage": usage_of(request.user),
        "max_upload": longest_of(told_of.PHOTO),
        "formats": FORMATS,
    }
    return render(request, "photos/upload.html", told | outcome, status=status)


def _outcome(file: UploadedFile, request: PageRequest) -> Outcome:
    name = clean_name(file.name or "")
    try:
        return Outcome(name, _take(file, request))
    except KeptWaiting as exc:
        return Outcome(name, waits=str(exc))
    except APIException as exc:
        return Outcome(name, problem=str(exc.detail))


def _take(file: UploadedFile, request: PageRequest) -> Accepted:
    now = timezone.now()
    accepted = accept_upload(file, request.user, now, may_wait=True)
    return replace(accepted, photo=analyse(accepted.photo, now, picture=accepted.picture), picture=None)


def _summary(accepted: Accepted) -> dict[str, object]:
    photo = accepted.photo
    return {
        "id": photo.pk,
        "url": photo.get_absolute_url(),
        "thumbnail": thumbnail(photo, min(SIZES)),
        "name": str(photo),
        "tags": photo.tag_names,
        "duplicate": not accepted.created,
        "restored": accepted.restored,
        "error": photo.error if photo.status == Photo.Status.FAILED else "",
    }
