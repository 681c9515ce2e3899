"""Short messages to the person: a toast in the corner, or without JavaScript a line on the next page."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from photos.selection import DONE, UNDO, Action


def tell_done(request: HttpRequest, action: Action, numbers: Collection[int]) -> None:
    """Say what was done with how many photos, and offer to undo it where that is possible."""
    count = len(numbers)
    text = f"{DONE[action]}." if count == 1 else f"{DONE[action]}: {count} photos."
    messages.success(request, text, extra_tags=_undo_url(action, numbers))


def _undo_url(action: Action, numbers: Collection[int]) -> str:
    """Address of the form behind the Undo button; it travels as the message's extra tags."""
    if action not in UNDO or not numbers:
        return ""
    query = QueryDict(mutable=True)
    query["action"] = UNDO[action]
    query.setlist("photo", [str(number) for number in numbers])
    return f"{reverse('photos:selection')}?{query.urlencode()}"
