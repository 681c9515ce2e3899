from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ValidationError

from cloudzy.problems import PROBLEMS, slug_of


def subclasses(cls: type[APIException]) -> Iterator[type[APIException]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


OURS = {
    cls
    for cls in subclasses(APIException)
    # What is wrong with a field is a bad request, whatever it is.
    if not cls.__module__.startswith(("rest_framework", "drf_spectacular")) and not issubclass(cls, ValidationError)
}


@pytest.mark.parametrize("cls", sorted(OURS, key=str), ids=lambda cls: cls.__name__)
def test_every_error_of_ours_stands_in_the_catalogue(cls: type[APIException]) -> None:
    assert cls.default_code in PROBLEMS


@pytest.mark.parametrize(
    ("problem", "slug"),
    [
        (exceptions.NotFound(), "not_found"),
        (exceptions.NotAuthenticated(), "unauthorized"),
        (exceptions.AuthenticationFailed(), "unauthorized"),
        (exceptions.PermissionDenied(), "forbidden"),
        (exceptions.MethodNotAllowed("GET"), "method_not_allowed"),
        (exceptions.NotAcceptable(), "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/plain"), "unsupported_media_type"),
        (exceptions.Throttled(), "too_many_requests"),
        (exceptions.ParseError(), "bad_request"),
        (exceptions.ValidationError({"limit": ["wrong"]}), "bad_request"),
        (APIException(), "internal_server_error"),
    ],
)
def test_the_errors_of_the_framework_are_named_by_their_status(problem: APIException, slug: str) -> None:
    assert slug_of(problem) == slug


def test_an_unheard_of_status_is_a_fault_of_ours() -> None:
    problem = APIException()
    problem.status_code = 418

    assert slug_of(problem) == "internal_server_error"


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(PROBLEMS))
def test_every_problem_has_a_page_that_explains_it(client: Client, slug: str) -> None:
    response = client.get(f"/problems/{slug}")

    page = response.content.decode()
    assert response.status_code == 200
    assert slug in page
    assert PROBLEMS[slug].title in page
    assert PROBLEMS[slug].explanation[:20] in page


@pytest.mark.django_db
def test_the_pages_are_for_those_too_who_are_not_let_in(client: Client, server_mode: Settings) -> None:
    assert server_mode

    assert client.get("/problems/unauthorized").status_code == 200


@pytest.mark.django_db
def test_there_is_no_page_of_an_unknown_problem(client: Client) -> None:
    assert client.get("/problems/nonsense").status_code == 404
