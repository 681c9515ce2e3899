from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import APIException, ParseError

from cloudzy.content_types import UNREADABLE
from cloudzy.errors import answer


class LengthRequired(APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = "Send the body with a Content-Length, not in chunks."


class ReadableBody:
    """Middleware that refuses a body in another charset than UTF-8, and one whose length is not told.

    The latter Django would read as empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if request.META.get("CONTENT_TYPE") == UNREADABLE:
            return answer(request, ParseError("The Content-Type cannot be read, or its charset is not utf-8."))
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            return answer(request, LengthRequired())
        return None
