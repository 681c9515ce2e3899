from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.views import APIView

from cloudzy import errors
from cloudzy.errors import AnswerProblems, as_problem
from photos.errors import DiskFull, StorageMissing
from photos.models import Photo
from photos.tests.requesting import problem_of

RAISED: dict[str, Exception] = {}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Raising(APIView):
    """Raises what a test has put into RAISED."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, _: object) -> None:
        raise RAISED["now"]


urlpatterns = [path("raise", Raising.as_view())]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error


@pytest.fixture
def raising(client: Client) -> Callable[..., Any]:
    """Answer a request whose view raises the exception."""

    def answer(exception: Exception, **headers: str) -> Any:
        RAISED["now"] = exception
        client.raise_request_exception = False
        return client.get("/raise", headers=headers)

    return answer


@pytest.mark.parametrize(
    ("exception", "status", "slug"),
    [
        (Http404("There is no such photo."), 404, "not_found"),
        (Photo.DoesNotExist(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (TooManyFilesSent(), 400, "too_many_files"),
        (SuspiciousOperation("odd"), 400, "bad_request"),
        (UnreadablePostError("reset by peer"), 400, "bad_request"),
        (OperationalError("database is locked"), 503, "database_busy"),
        (OperationalError("canceling statement due to lock timeout"), 503, "database_busy"),
        (OperationalError("database or disk is full"), 507, "disk_full"),
        (OperationalError("unable to open database file"), 503, "database_unusable"),
        (OperationalError("no such table: photo"), 503, "database_unusable"),
        (ProgrammingError('relation "photo" does not exist'), 503, "database_unusable"),
        (DatabaseError("file is not a database"), 503, "database_unusable"),
        (DatabaseError("database disk image is malformed"), 503, "database_unusable"),
        (RequestDataTooBig("settings.DATA_UPLOAD_MAX_MEMORY_SIZE"), 413, "content_too_large"),
        (TooManyFieldsSent("settings.DATA_UPLOAD_MAX_NUMBER_FIELDS"), 400, "bad_request"),
        (exceptions.Throttled(wait=7), 429, "too_many_requests"),
        (StorageMissing(), 503, "storage_missing"),
    ],
)
@pytest.mark.urls("cloudzy.tests.test_errors")
def test_what_goes_wrong_has_its_problem(
    raising: Callable[..., Any], exception: Exception, status: int, slug: str
) -> None:
    assert problem_of(raising(exception)) == (status, slug)


@pytest.mark.parametrize(
    ("exception", "seconds"),
    [(exceptions.Throttled(wait=7), "7"), (StorageMissing(), "60"), (OperationalError("database is locked"), "5")],
)
@pytest.mark.urls("cloudzy.tests.test_errors")
def test_who_may_come_back_is_told_when(raising: Callable[..., Any], exception: Exception, seconds: str) -> None:
    assert raising(exception)["Retry-After"] == seconds


@pytest.mark.parametrize(
    "exception", [ZeroDivisionError("secret"), DatabaseError("secret"), IntegrityError("secret: (locked)")]
)
@pytest.mark.urls("cloudzy.tests.test_errors")
def test_a_bug_is_a_500_that_tells_no_secrets(raising: Callable[..., Any], exception: Exception) -> None:
    response = raising(exception)

    assert problem_of(response) == (500, "internal_server_error")
    assert b"secret" not in response.content


@pytest.mark.urls("cloudzy.tests.test_errors")
def test_wrong_fields_are_named_however_deep_they_lie(raising: Callable[..., Any]) -> None:
    nested: Any = {
        "tags": {0: ["Too long."]},
        "location": {"latitude": ["A."], "non_field_errors": ["B."]},
        "title": "C.",
    }

    response = raising(serializers.ValidationError(nested))

    assert response.json()["errors"] == {
        "tags.0": ["Too long."],
        "location.latitude": ["A."],
        "location": ["B."],
        "title": ["C."],
    }
    assert response.json()["detail"] == "tags.0: Too long.; location.latitude: A.; location: B.; title: C."


@pytest.mark.urls("cloudzy.tests.test_errors")
def test_what_is_wrong_with_the_whole_is_under_request(raising: Callable[..., Any]) -> None:
    assert raising(serializers.ValidationError(["Odd."])).json()["errors"] == {"request": ["Odd."]}


@pytest.mark.urls("cloudzy.tests.test_errors")
def test_a_browser_gets_a_page_with_the_same_facts(raising: Callable[..., Any]) -> None:
    response = raising(StorageMissing(), **BROWSER)

    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/html")
    assert b"storage_missing" in response.content


def test_an_unknown_address_is_a_problem_or_a_page(client: Client) -> None:
    assert problem_of(client.get("/nowhere")) == (404, "not_found")
    assert problem_of(client.get("/photo/1/nowhere")) == (404, "not_found")
    page = client.get("/nowhere", headers=BROWSER)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.django_db
def test_a_method_that_is_not_there_names_those_that_are(client: Client) -> None:
    response = client.delete("/photos")

    assert problem_of(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/gallery/upload/", {})

    assert problem_of(response) == (403, "forbidden")


@pytest.mark.parametrize("problem", [DiskFull(), OperationalError("database is locked")])
def test_a_page_that_raises_a_problem_answers_it(problem: Exception) -> None:
    request = RequestFactory().get("/gallery/", headers=BROWSER)

    response = AnswerProblems(lambda _: HttpResponse()).process_exception(request, problem)

    assert response is not None
    assert response.status_code in (503, 507)
    assert b"<h1>" in response.content


def test_a_page_whose_row_was_deleted_meanwhile_is_not_there() -> None:
    request = RequestFactory().get("/gallery/1/")

    response = AnswerProblems(lambda _: HttpResponse()).process_exception(request, Photo.DoesNotExist())

    assert response is not None
    assert response.status_code == 404


@pytest.mark.parametrize("bug", [ZeroDivisionError(), OperationalError('near "FROM": syntax error')])
def test_a_page_with_a_bug_is_left_to_django(bug: Exception) -> None:
    middleware = AnswerProblems(lambda _: HttpResponse("fine"))

    assert middleware.process_exception(HttpRequest(), bug) is None
    assert middleware(HttpRequest()).content == b"fine"  # type: ignore[attr-defined]


def test_a_bug_is_no_problem_of_the_catalogue() -> None:
    assert as_problem(ZeroDivisionError()) is None
    assert as_problem(OperationalError('near "FROM": syntax error')) is None
