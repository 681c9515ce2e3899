"""A site whose database is not one: each in a process of its own, for Django opens a database once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudzy.environment import BASE_DIR

ASK = """
import json, sys
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

client = Client(raise_request_exception=False, headers={"Host": "localhost"})
client.cookies["cloudzy_session"] = "a-session-that-is-looked-up"
answers = [
    client.get("/photos", headers={"Authorization": "Basic YTpi"}),
    client.get("/gallery/"),
    client.get("/gallery/", headers={"Accept": "text/html"}),
    client.post("/upload", {"file": SimpleUploadedFile("a.jpg", b"x")}, headers={"Authorization": "Basic YTpi"}),
]
kinds = {"application/problem+json": "json", "text/html; charset=utf-8": "page"}
print(json.dumps([[a.status_code, kinds[a["Content-Type"]], b"database_unusable" in a.content] for a in answers]))
"""


def garbage(database: Path) -> None:
    database.write_text("this is not a database, really not " * 200)


def empty(database: Path) -> None:
    database.write_bytes(b"")


@pytest.mark.parametrize("mode", ["local", "server"])
@pytest.mark.parametrize("spoil", [garbage, empty])
def test_a_database_that_is_none_is_503_and_says_so(tmp_path: Path, spoil: Callable[[Path], None], mode: str) -> None:
    (tmp_path / "data").mkdir()
    spoil(tmp_path / "data" / "photos.db")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_MODE": mode,
        "CLOUDZY_URL": "http://localhost:8000",
        "CLOUDZY_DATA_DIR": str(tmp_path / "data"),
        "CLOUDZY_MEDIA_DIR": str(tmp_path / "media"),
    }

    run = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )

    answers = json.loads(run.stdout)
    assert [status for status, _, _ in answers] == [503] * 4, run.stderr
    assert [kind for _, kind, _ in answers] == ["json", "json", "page", "json"]
    assert str(tmp_path) not in run.stdout
