from __future__ import annotations

import sys
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from cloudzy.checks import check_settings

STRONG = "correct horse battery staple, and then some more of it"


@pytest.fixture
def server(settings: Settings) -> Settings:
    settings.SERVER_MODE = True
    settings.SECRET_KEY = STRONG
    settings.CLOUDZY_URL = urlsplit("https://photos.example.org")
    settings.CLOUDZY_TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.ALLOWED_HOSTS = ["localhost", "photos.example.org"]
    settings.DEBUG = False
    return settings


def ids() -> list[str | None]:
    return [problem.id for problem in check_settings()]


def test_the_default_settings_have_nothing_against_them() -> None:
    assert ids() == []


def test_a_good_server_has_nothing_against_it(server: Settings) -> None:
    server.HOST = "0.0.0.0"  # noqa: S104

    assert ids() == []


def test_the_placeholder_is_a_warning_and_no_reason_not_to_start(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"

    (problem,) = check_settings()

    assert problem.id == "cloudzy.W001"
    assert "file names" in problem.msg
    assert not problem.is_serious()


def test_reading_text_needs_its_package(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CLOUDZY_OCR = "rapidocr"
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as the import system marks what cannot be imported

    (problem,) = check_settings()

    assert problem.id == "cloudzy.E010"
    assert "pip install -r requirements-ocr.txt" in problem.msg
    assert "make ocr" in str(problem.hint)


def test_a_missing_secret_is_refused(settings: Settings) -> None:
    settings.SECRET_KEY = ""

    assert ids() == ["cloudzy.E001"]


@pytest.mark.parametrize("secret", ["short", "a" * 60, "abc" * 20, "django-insecure-" + STRONG])
def test_a_weak_secret_is_refused_in_server_mode(server: Settings, secret: str) -> None:
    server.SECRET_KEY = secret

    assert ids() == ["cloudzy.E002"]


@pytest.mark.parametrize("host", ["::", "192.168.1.7", "photos.example.org"])
def test_local_mode_on_another_address_is_refused_and_says_what_to_set(settings: Settings, host: str) -> None:
    settings.HOST = host

    (problem,) = check_settings()

    assert problem.id == "cloudzy.E003"
    assert "CLOUDZY_MODE=server" in str(problem.hint)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "[::1]"])
def test_local_mode_on_this_machine_is_fine(settings: Settings, host: str) -> None:
    settings.HOST = host

    assert ids() == []


def test_a_server_without_its_address_is_refused(server: Settings) -> None:
    server.CLOUDZY_URL = None

    assert ids() == ["cloudzy.E004"]


def test_plain_http_is_for_localhost(server: Settings) -> None:
    server.CLOUDZY_URL = urlsplit("http://photos.example.org")
    elsewhere = ids()
    server.CLOUDZY_URL = urlsplit("http://localhost:8000")
    here = ids()

    assert (elsewhere, here) == (["cloudzy.E005"], [])


def test_https_without_a_proxy_that_ends_it_is_refused_and_names_the_cure(server: Settings) -> None:
    server.CLOUDZY_TRUSTED_PROXIES = []

    (problem,) = check_settings()

    assert problem.id == "cloudzy.E008"
    assert "CLOUDZY_TRUSTED_PROXIES" in str(problem.hint)


def test_http_on_localhost_needs_no_proxy(server: Settings) -> None:
    server.CLOUDZY_URL, server.CLOUDZY_TRUSTED_PROXIES = urlsplit("http://localhost:8000"), []

    assert ids() == []


def test_debug_is_refused_in_server_mode(server: Settings) -> None:
    server.DEBUG = True

    assert ids() == ["cloudzy.E006"]


@pytest.mark.parametrize("host", ["*", ".example.org"])
def test_wildcard_hosts_are_refused_in_server_mode(server: Settings, host: str) -> None:
    server.ALLOWED_HOSTS = [host]

    assert ids() == ["cloudzy.E007"]


def test_a_caption_server_needs_an_address_and_a_model(settings: Settings) -> None:
    settings.CLOUDZY_CAPTIONER = "openai"
    settings.CLOUDZY_CAPTION_URL = "http://127.0.0.1:11434"
    incomplete = ids()
    settings.CLOUDZY_CAPTION_MODEL = "qwen2.5vl:7b"

    assert (incomplete, ids()) == (["cloudzy.E009"], [])


def test_every_reason_is_named_at_once_with_its_cure(server: Settings) -> None:
    server.SECRET_KEY, server.CLOUDZY_URL, server.DEBUG, server.ALLOWED_HOSTS = "weak", None, True, ["*"]

    problems = check_settings()

    assert [problem.id for problem in problems] == [f"cloudzy.E00{number}" for number in (2, 4, 6, 7)]
    assert all(problem.hint for problem in problems)


@pytest.mark.django_db
def test_management_commands_refuse_them_too(server: Settings) -> None:
    server.DEBUG = True

    with pytest.raises(CommandError, match=r"cloudzy\.E006"):
        call_command("check")
