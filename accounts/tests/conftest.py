from __future__ import annotations

import importlib.util
import runpy
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User

SERVER_ENVIRONMENT = {
    "CLOUDZY_MODE": "server",
    "CLOUDZY_URL": "https://photos.example.org",
    "CLOUDZY_TRUSTED_PROXIES": "10.0.0.2,172.16.0.0/12",
}


@pytest.fixture
def local_mode(settings: Settings) -> Settings:
    settings.ROOT_URLCONF = "accounts.tests.urls"
    return settings


@pytest.fixture
def server_mode(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Put on every setting that a server behind a proxy would read from its environment."""
    for name, value in SERVER_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    found = importlib.util.find_spec(settings.SETTINGS_MODULE)
    assert found
    as_server: dict[str, Any] = runpy.run_path(str(found.origin))
    for name, value in as_server.items():
        if name.isupper() and name != "DATABASES" and value != getattr(settings, name):
            setattr(settings, name, value)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.ROOT_URLCONF = "accounts.tests.urls"
    return settings


@pytest.fixture
def anna(db: None) -> User:  # noqa: ARG001
    return User.objects.create_user("anna", password="a good long password")
