from __future__ import annotations

import re

import pytest
from django.test import Client

from cloudzy.docs import REDOC_LOGO
from photos.tests.requesting import problem_of


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_documentation_names_nothing_of_another_site(client: Client, path: str) -> None:
    page = client.get(path).content.decode()

    assert re.findall(r"""(?:src|href|url)=?\(?["']?(?:https?:)?//[^"'\s>]+""", page) == []


def test_redoc_takes_its_logo_from_this_site(client: Client) -> None:
    script = client.get("/redoc.js").content.decode()

    assert REDOC_LOGO not in script
    assert 'src:"/static/favicon.svg"' in script


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_an_unknown_parameter_is_refused_here_too(client: Client, path: str) -> None:
    assert problem_of(client.get(f"{path}?x=1")) == (400, "bad_request")
    assert client.get(f"{path}?format=").status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_format_there_is_not_is_a_problem_in_json(client: Client, path: str) -> None:
    assert problem_of(client.get(f"{path}?format=json")) == (404, "not_found")


def test_the_script_of_the_page_is_there(client: Client) -> None:
    [script] = re.findall(r'src="(/docs\?script=[^"]*)"', client.get("/docs").content.decode())

    assert client.get(script)["Content-Type"].startswith("application/javascript")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_only_the_documentation_may_write_styles(client: Client, path: str) -> None:
    widened = client.get(path).headers["Content-Security-Policy"]
    elsewhere = client.get("/problems/forbidden").headers["Content-Security-Policy"]

    assert "style-src 'self' 'unsafe-inline'" in widened
    assert "unsafe-inline" not in elsewhere
    assert "script-src 'unsafe" not in widened
