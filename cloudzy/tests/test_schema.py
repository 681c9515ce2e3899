from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cloudzy.problems import PROBLEMS

METHODS = {"get", "post", "patch", "put", "delete"}
# The description of the API and its two readers are not part of what it describes.
UNDESCRIBED = re.compile(r"/(openapi\.json|docs.*|redoc.*)$")


@pytest.fixture
def schema(client: Client, db: None) -> dict[str, Any]:
    assert db is None
    response = client.get("/openapi.json")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/")
    return dict(json.loads(response.content))


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item[method]


def published() -> set[str]:
    """Return the paths of the API as the URLconf has them, each once."""
    [api] = [
        resolver
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, URLResolver) and resolver.app_name == "api"
    ]
    routes = [f"/{pattern.pattern}" for pattern in api.url_patterns if isinstance(pattern, URLPattern)]
    return {re.sub(r"<(?:int|uuid):(\w+)>", r"{\1}", route) for route in routes if not UNDESCRIBED.match(route)}


def test_the_description_names_exactly_the_paths_that_exist(schema: dict[str, Any]) -> None:
    described = {re.sub(r"\{id\}", "{pk}", path) for path in schema["paths"]}

    assert described == published()
    assert {"/upload", "/photos", "/search", "/search/image-to-image", "/health", "/tags"} < described


def test_every_operation_has_a_name_of_its_own(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(schema)]

    assert len(names) == len(set(names)) >= 14


def test_every_operation_says_what_it_does_and_how_it_can_fail(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        answers = operation["responses"]
        assert operation["description"], (path, method)
        assert any(status.startswith("4") for status in answers), (path, method)
        assert any(status.startswith("2") for status in answers), (path, method)


def test_every_error_is_described_as_a_problem(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if status >= "400" and path != "/health":
                assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)


@pytest.mark.parametrize(
    ("end", "method", "statuses"),
    [
        ("/upload", "post", {"200", "201", "400", "413", "415", "422", "503", "507"}),
        ("/image-to-image", "post", {"200", "404", "409"}),
        ("/by-image", "post", {"200", "413", "415", "422", "503"}),
        ("/file", "get", {"200", "206", "304", "404", "416"}),
        ("/thumbnail", "get", {"200", "304", "404", "422", "507"}),
        ("/health", "get", {"200", "503"}),
        ("/uploads", "post", {"201", "400", "412", "413", "415", "429", "507"}),
        ("/uploads/{id}", "patch", {"204", "409", "410", "412", "413", "415", "422", "423", "460", "507"}),
        ("/uploads/{id}", "delete", {"204", "404", "410", "412", "423"}),
    ],
)
def test_what_one_address_alone_answers_is_described(
    schema: dict[str, Any], end: str, method: str, statuses: set[str]
) -> None:
    [item] = [item for path, item in schema["paths"].items() if path.endswith(end)]

    assert statuses <= set(item[method]["responses"])


def test_every_parameter_is_described_with_its_bounds(schema: dict[str, Any]) -> None:
    parameters = {
        parameter["name"]: parameter["schema"] for parameter in schema["paths"]["/photos"]["get"]["parameters"]
    }

    assert set(parameters) >= {"skip", "limit", "cursor", "archived", "trashed", "include"}
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"]) == (1, 100)
    assert (parameters["limit"]["default"], parameters["skip"]["default"]) == (10, 0)


@pytest.mark.parametrize("path", ["/upload", "/photos", "/photo/{id}", "/search", "/search/image-to-image", "/health"])
def test_every_published_endpoint_has_an_example(schema: dict[str, Any], path: str) -> None:
    item = schema["paths"].get(path) or schema["paths"][path.replace("{id}", "{pk}")]
    answers = [
        content
        for method in METHODS & set(item)
        for answer in item[method]["responses"].values()
        for content in answer.get("content", {}).values()
    ]

    assert any("examples" in content or "example" in content for content in answers)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/docs", "/redoc", "/docs/", "/redoc/"])
def test_the_readers_of_the_description_ask_no_other_host(client: Client, address: str) -> None:
    response = client.get(address)

    page = response.content.decode()
    assert response.status_code == 200
    assert "/openapi.json" in page or "script" in page
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []


def test_the_problem_type_points_to_a_page_there_is(schema: dict[str, Any], client: Client) -> None:
    assert "Problem" in schema["components"]["schemas"]

    slug = client.get("/photo/4711").json()["type"].removeprefix("/problems/")

    assert slug in PROBLEMS
