"""What a request is told that never reaches an API view: the words of a problem, as JSON or as a page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

PROBLEM_JSON = "application/problem+json"
TITLES = {HTTPStatus.BAD_REQUEST: "Bad request", HTTPStatus.FORBIDDEN: "Not allowed"}


def refuse(request: HttpRequest, status: HTTPStatus, detail: str) -> HttpResponse:
    """Answer with a problem that has no more to it than its status and these words."""
    problem_type = f"/problems/{status.name.lower()}"
    facts = {"type": problem_type, "title": TITLES[status], "status": status.value, "detail": detail}
    return tell(request, facts)


def tell(request: HttpRequest, facts: Mapping[str, Any]) -> HttpResponse:
    """Answer with a problem's facts (RFC 9457) as problem+json, or as a page for who prefers text/html."""
    response: HttpResponse
    if request.get_preferred_type([PROBLEM_JSON, "application/json", "text/html"]) == "text/html":
        response = render(request, "errors/error.html", dict(facts), status=facts["status"])
    else:
        response = JsonResponse(facts, status=facts["status"], content_type=PROBLEM_JSON)
    patch_vary_headers(response, ["Accept"])
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = f"The form's security token is not right. Reload the page and try again. {reason}"
    return refuse(request, HTTPStatus.FORBIDDEN, detail)
