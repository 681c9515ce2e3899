from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet


class PageRequest(HttpRequest):
    """What a view of a page may rely on: the middleware has let in a person, and says whether htmx asks."""

    user: User
    htmx: HtmxDetails


def photo_or_404(photos: PhotoQuerySet, pk: int) -> Photo:
    """Return the one of these photos with this number; raises Http404 in words for a person."""
    photo = photos.filter(pk=pk).first()
    if photo is None:
        raise Http404("This photo is not here. Perhaps it was deleted, or it belongs to somebody else.")
    return photo


def way_back(request: HttpRequest) -> str:
    """Return where the form said that the person came from, "" unless that is a page of this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""
