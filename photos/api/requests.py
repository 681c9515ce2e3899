"""Who asks, and for which photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.http import Http404
from rest_framework.request import Request

from accounts.models import User
from photos.models import Photo


def owner_of(request: Request) -> User:
    """Return the person asking; permissions have let nobody else through."""
    return cast(User, request.user)


def photo_of(request: Request, pk: int, also_trashed: bool = False) -> Photo:
    """Return the photo the person asking may see; raises Http404 alike for what is not there and what is not theirs."""
    user = owner_of(request)
    photos = Photo.objects.visible_to(user)
    if also_trashed:
        photos = photos | Photo.objects.in_trash_of(user)
    return _one(photos.for_listing().filter(pk=pk).first())


def photos_of(request: Request, numbers: Sequence[int]) -> list[Photo]:
    """Return the photos of these numbers, each once and in their order; raises Http404 as photo_of."""
    found = Photo.objects.visible_to(owner_of(request)).for_listing().in_bulk(list(numbers))
    return [_one(found.get(number)) for number in dict.fromkeys(numbers)]


def trashed_photo_of(request: Request, pk: int) -> Photo:
    """Return a photo in the trash of the person asking; raises Http404."""
    return _one(Photo.objects.in_trash_of(owner_of(request)).for_listing().filter(pk=pk).first())


def prefers_async(request: Request) -> bool:
    """Tell whether the client would rather not wait (RFC 7240: `Prefer: respond-async`, among other wishes)."""
    wishes = request.headers.get("Prefer", "").split(",")
    return any(wish.partition(";")[0].strip().lower() == "respond-async" for wish in wishes)


def page_url(request: Request, cursor: str) -> str:
    """Return the address of the page a cursor names, of the list asked for."""
    query = request.query_params.copy()
    query.pop("skip", None)
    query["cursor"] = cursor
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def _one(photo: Photo | None) -> Photo:
    if photo is None:
        raise Http404("There is no such photo.")
    return photo
