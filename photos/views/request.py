from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PageRequest(HttpRequest):
    """What a view of a page may rely on: the middleware has let in a person, and says whether htmx asks."""

    user: User
    htmx: HtmxDetails
