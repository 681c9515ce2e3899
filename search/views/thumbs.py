"""What stands on a page for the examples of a query: small pictures of them, or of the parts that are meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from search.language import Example, Query, chips, headline, hint
from search.merged import following
from search.models import ShownPicture
from search.ranking.examples import Shown

_SMALL = 512  # pixels, the smallest rendition of a photo


@dataclass(frozen=True)
class Thumb:
    """A picture and, in its pixels, the part of it that is shown: `left top width height`, "" for all of it."""

    src: str
    width: int
    height: int
    href: str = ""  # where the whole picture is
    view_box: str = ""


def described(query: Query, text: str, user: User, now: datetime) -> dict[str, Any]:
    """Return what a page of results tells of its query, as the variables of its template."""
    query = following(query, user)
    pieces = chips(query)
    examples = [chip.example for chip in pieces if chip.example]
    shown = Shown.by(examples, user, now)
    pictures = [shown.pictures[one.token] for one in examples if one.token in shown.pictures]
    return {
        "chips": pieces,
        "headline": headline(query, text),
        "hint": hint(query),
        "shown": shown,
        "probe": next(iter(pictures), None),  # to search by a part of it
    }


def thumb(example: Example, shown: Shown) -> Thumb | None:
    """Return the small picture of an example, None where it is not there any more."""
    photo, picture = shown.photos.get(example.photo_id or 0), shown.pictures.get(example.token)
    if photo:
        src = f"{reverse('api:photo-thumbnail', args=[photo.pk])}?size={_SMALL}"
        return Thumb(src, photo.width, photo.height, photo.get_absolute_url(), _view_box(example, photo))
    if picture:
        src = reverse("search:picture", args=[picture.token])
        return Thumb(src, picture.width, picture.height, view_box=_view_box(example, picture))
    return None


def _view_box(example: Example, picture: Photo | ShownPicture) -> str:
    region, (width, height) = example.region, (picture.width, picture.height)
    if region is None:
        return ""
    across, down = region.pixels(width, height)
    return f"{region.left * width:.1f} {region.top * height:.1f} {across:.1f} {down:.1f}"
