"""Every error a client meets: application/problem+json (RFC 9457), or a page with the same words in a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from rest_framework import exceptions
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.refusals import PROBLEM_JSON, tell
from cloudzy.databases import database_problem
from cloudzy.problems import PROBLEMS, slug_of
from photos.models import Photo


class ContentTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "content_too_large"
    default_detail = "The fields of the form are larger than this service takes, files apart."


class TooManyFiles(exceptions.APIException):
    status_code = 400
    default_code = "too_many_files"
    default_detail = "The request holds more than 100 files. Send one photo a request."


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into its problem; None for a bug, which Django then makes a 500."""
    problem = as_problem(exc)
    if problem is None:
        return None
    set_rollback()
    request = context["request"]
    response = Response(_facts(problem), status=problem.status_code, headers=_headers(problem, context))
    if not isinstance(getattr(request, "accepted_renderer", None), BrowsableAPIRenderer):
        # Whatever else a view renders, images or pages of its own, has no words for a problem.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), PROBLEM_JSON
        response.content_type = PROBLEM_JSON
    return response


def as_problem(exc: BaseException) -> exceptions.APIException | None:
    """Return the problem an exception stands for, or None for one that only a bug explains."""
    if isinstance(exc, exceptions.APIException):
        return exc
    if isinstance(exc, Http404):
        return exceptions.NotFound(str(exc) or None)
    if isinstance(exc, ObjectDoesNotExist):  # every view has found its object; somebody has deleted it meanwhile
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied(str(exc) or None)
    if isinstance(exc, TooManyFilesSent):
        return TooManyFiles()
    if isinstance(exc, UnreadablePostError):
        return exceptions.ParseError("The request broke off.")
    if isinstance(exc, RequestDataTooBig):
        return ContentTooLarge()
    if isinstance(exc, TooManyFieldsSent):
        return exceptions.ParseError("The request holds more than 1,000 fields.")
    if isinstance(exc, SuspiciousOperation):
        return exceptions.ParseError(str(exc))
    if isinstance(exc, DatabaseError):
        return database_problem(exc)
    return None


def _facts(problem: exceptions.APIException) -> dict[str, Any]:
    slug = slug_of(problem)
    facts: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": PROBLEMS[slug].title,
        "status": problem.status_code,
    } | getattr(problem, "facts", {})
    if isinstance(problem, exceptions.ValidationError):
        errors = _field_errors(problem.detail)
        detail = "; ".join(f"{name}: {' '.join(words)}" for name, words in errors.items())
        return facts | {"detail": detail, "errors": errors}
    return facts | {"detail": str(problem.detail)}


def _field_errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten what DRF nests, as {"location.latitude": [..]}."""
    if not isinstance(detail, dict):
        words = detail if isinstance(detail, list) else [detail]
        flat = [word for item in words for word in _words(item)]
        return {prefix or "request": flat}
    found: dict[str, list[str]] = {}
    for name, inner in detail.items():
        own = "" if name == "non_field_errors" else str(name)
        found |= _field_errors(inner, ".".join(filter(None, [prefix, own])))
    return found


def _words(item: Any) -> list[str]:
    if isinstance(item, dict | list):
        return [word for words in _field_errors(item).values() for word in words]
    return [str(item)]


def _headers(problem: exceptions.APIException, context: dict[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = dict(getattr(problem, "headers", {}))
    if challenge := getattr(problem, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(problem, "wait", None) or getattr(problem, "retry_after", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    if isinstance(problem, exceptions.MethodNotAllowed) and (view := context.get("view")):
        headers["Allow"] = ", ".join(view.allowed_methods)
    return headers


# What Django itself answers, outside of any API view


class AnswerProblems:
    """Middleware that answers a problem raised by a page or the admin in its own words; else it would be a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, exceptions.APIException | DatabaseError | Photo.DoesNotExist):
            return None
        problem = as_problem(exception)
        return answer(request, problem) if problem else None


def answer(request: HttpRequest, problem: exceptions.APIException) -> HttpResponse:
    """Answer a request with a problem: a page for who prefers text/html, else problem+json."""
    response = tell(request, _facts(problem))
    for name, value in _headers(problem, {}).items():
        response[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, as_problem(exception) or exceptions.ParseError())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, as_problem(exception) or exceptions.PermissionDenied())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django's own message lists the URL patterns; say what a person can use instead.
    words = str(exception) if exception.args and isinstance(exception.args[0], str) else "There is nothing here."
    return answer(request, exceptions.NotFound(words))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a bug, or for a database that failed a middleware: there nothing else turns that into its problem."""
    exception = sys.exception()
    if isinstance(exception, DatabaseError) and (known := database_problem(exception)):
        return answer(request, known)
    problem = exceptions.APIException("Something went wrong here; the log of the service has the details.")
    problem.status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer(request, problem)
