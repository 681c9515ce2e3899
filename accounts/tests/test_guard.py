from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("local_mode")]

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
page_and_api = pytest.mark.parametrize("path", ["/page", "/api"])


@page_and_api
@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered(client: Client, path: str, peer: str) -> None:
    answer = client.get(path, REMOTE_ADDR=peer)

    assert answer.status_code == 200
    assert b"owner" in answer.content


@page_and_api
@pytest.mark.parametrize("peer", ["192.168.1.7", "::ffff:8.8.8.8", "2001:db8::1", "", "localhost"])
def test_a_peer_that_is_not_loopback_is_refused(client: Client, path: str, peer: str) -> None:
    answer = client.get(path, REMOTE_ADDR=peer)

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/forbidden"


@page_and_api
@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Anything", "X-Real-IP"],
)
def test_a_request_that_came_through_a_proxy_is_refused(client: Client, path: str, header: str) -> None:
    answer = client.get(path, headers={header: "127.0.0.1"})

    assert answer.status_code == 403
    assert "proxy use server mode" in answer.json()["detail"]


@page_and_api
@pytest.mark.parametrize(
    "host", ["evil.com", "localhost.evil.com", "127.0.0.1.evil.com:8000", "192.168.1.7", "bad host"]
)
def test_a_host_that_is_not_this_machine_is_refused(client: Client, path: str, host: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/bad_request"


@page_and_api
@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9000", "[::1]:8000"])
def test_the_names_of_this_machine_are_answered(client: Client, path: str, host: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 200


@page_and_api
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.com"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "https://localhost:8000"},
        {"Origin": "http://evil.com"},
        {"Origin": ""},
    ],
)
def test_a_change_asked_for_by_another_site_is_refused(
    client: Client, path: str, method: str, headers: dict[str, str]
) -> None:
    answer = client.generic(method, path, headers={"Host": "localhost:8000", **headers})

    assert answer.status_code == 403
    assert "another site" in answer.json()["detail"]


@page_and_api
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"},
    ],
)
def test_a_change_asked_for_by_a_script_or_our_own_page_is_served(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    answer = client.post(path, headers={"Host": "localhost:8000", **headers})

    assert answer.status_code == 200


@page_and_api
def test_reading_is_not_bound_to_an_origin(client: Client, path: str) -> None:
    answer = client.get(path, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200


@page_and_api
def test_an_origin_named_in_the_settings_may_ask_for_changes(client: Client, path: str, local_mode: Settings) -> None:
    local_mode.CORS_ALLOWED_ORIGINS = ["http://localhost:3000"]

    answer = client.post(path, headers={"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"


@page_and_api
def test_other_origins_are_told_nothing_by_cors(client: Client, path: str) -> None:
    answer = client.get(path, headers={"Origin": "http://evil.com"})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_form_needs_its_token_also_from_our_own_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/page", headers={"Origin": "http://testserver"})

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_api_needs_no_token_in_local_mode() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api")

    assert answer.status_code == 200


def test_a_browser_is_refused_with_a_page(client: Client) -> None:
    answer = client.get("/page", REMOTE_ADDR="8.8.8.8", headers={"Accept": BROWSER})

    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "this machine only" in answer.content.decode()
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json", "image/png", ""])
def test_every_other_client_is_refused_with_problem_json(client: Client, accept: str) -> None:
    answer = client.get("/page", REMOTE_ADDR="8.8.8.8", headers={"Accept": accept})

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/forbidden",
        "title": "Not allowed",
        "status": 403,
        "detail": "Local mode answers this machine only: use server mode.",
    }


@pytest.mark.parametrize("path", ["/page", "/api", "/nowhere"])
def test_no_shared_cache_keeps_what_we_answer(client: Client, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "private, no-cache"


def test_files_of_the_site_itself_may_be_kept_by_all(client: Client) -> None:
    answer = client.get("/static/admin/css/base.css")
    answer.close()

    assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("/page", {}),
        ("/api", {}),
        ("/nowhere", {}),
        ("/static/admin/css/base.css", {}),
        ("/page", {"REMOTE_ADDR": "8.8.8.8"}),
        ("/page", {"HTTP_HOST": "evil.com"}),
    ],
)
def test_every_answer_keeps_other_sites_out(client: Client, path: str, extra: dict[str, Any]) -> None:
    answer = client.get(path, **extra)
    answer.close()

    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
