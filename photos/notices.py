"""Short messages to the person: a toast in the corner, or without JavaScript a line on the next page."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from photos.models import Photo
from photos.selection import DONE, UNDO, Action
from photos.standing import Standing

JUDGED = {
    Standing.HUMAN: "is a tag of this photo",
    Standing.REJECTED: "is off this photo for good",
    Standing.MACHINE: "is left to the machine again",
    Standing.FILE: "is a tag of the file again",
    Standing.OPEN: "is undecided again",
}


def tell_done(request: HttpRequest, action: Action, numbers: Collection[int]) -> None:
    """Say what was done with how many photos, and offer to undo it where that is possible."""
    count = len(numbers)
    text = f"{DONE[action]}." if count == 1 else f"{DONE[action]}: {count} photos."
    messages.success(request, text, extra_tags=_undo_url(action, numbers))


def tell_judged(request: HttpRequest, photo: Photo, word: str, standing: Standing, former: Standing) -> None:
    """Say how a word stands on a photo now, and offer to let it stand as before."""
    query = QueryDict(mutable=True)
    query.update({"word": word, "standing": former})
    undo = f"{reverse('photos:word', args=[photo.pk])}?{query.urlencode()}"
    messages.success(request, f"“{word}” {JUDGED[standing]}.", extra_tags="" if former is standing else undo)


def tell_errors(request: HttpRequest, form: BaseForm) -> None:
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))


def _undo_url(action: Action, numbers: Collection[int]) -> str:
    """Address of the form behind the Undo button; it travels as the message's extra tags."""
    if action not in UNDO or not numbers:
        return ""
    query = QueryDict(mutable=True)
    query["action"] = UNDO[action]
    query.setlist("photo", [str(number) for number in numbers])
    return f"{reverse('photos:selection')}?{query.urlencode()}"
