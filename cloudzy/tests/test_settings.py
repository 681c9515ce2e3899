"""The settings as another process reads them: each test is a Python of its own, as each start of the site is."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from cloudzy.environment import BASE_DIR

SERVER = {
    "CLOUDZY_MODE": "server",
    "CLOUDZY_URL": "https://photos.example.org",
    "SECRET_KEY": secrets.token_urlsafe(50),
}
PRINT = (
    "import json, sys; from cloudzy import settings; print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}))"
)


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(*names: str, **environment: str) -> Any:
    return json.loads(python("-c", PRINT, *names, **environment).stdout)


def test_a_server_behind_https_passes_every_check_for_deployment() -> None:
    run = python(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", **SERVER, CLOUDZY_TRUSTED_PROXIES="10.0.0.2"
    )

    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


def test_https_closes_cookies_and_trusts_its_own_origin_only() -> None:
    server = settings_of(
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS",
        "SECURE_PROXY_SSL_HEADER", **SERVER
    )  # fmt: skip

    assert server == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "CSRF_TRUSTED_ORIGINS": ["https://photos.example.org"],
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", "photos.example.org"],
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_the_proxy_header_counts_only_where_a_proxy_is_named() -> None:
    server = settings_of("SECURE_PROXY_SSL_HEADER", **SERVER, CLOUDZY_TRUSTED_PROXIES="10.0.0.2")

    assert server == {"SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"]}


def test_plain_http_on_localhost_leaves_cookies_usable() -> None:
    server = settings_of(
        "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", **SERVER | {"CLOUDZY_URL": "http://localhost:8000"}
    )

    assert server == {"SESSION_COOKIE_SECURE": False, "SECURE_SSL_REDIRECT": False}


def test_a_wrong_value_is_one_line_on_the_terminal() -> None:
    run = python("manage.py", "check", PORT="eight")

    assert run.returncode == 1
    assert run.stderr == "Cloudzy does not start: PORT='eight' is not usable: use a whole number from 1 to 65535.\n"


def test_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("PORT=9000\n")

    assert settings_of("PORT", CLOUDZY_ENV_FILE=str(tmp_path / "env")) == {"PORT": 9000}


def test_migrations_are_complete(tmp_path: Path) -> None:
    run = python("manage.py", "makemigrations", "--check", "--dry-run", CLOUDZY_DATA_DIR=str(tmp_path))

    assert run.returncode == 0, run.stdout


def test_numpy_gets_one_thread_in_a_web_process() -> None:
    show = "import os, cloudzy.wsgi; print(os.environ['OMP_NUM_THREADS'])"
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}

    run = subprocess.run([sys.executable, "-c", show], env=environment, cwd=BASE_DIR, capture_output=True, check=True)

    assert run.stdout == b"1\n"


def test_every_setting_people_can_set_is_in_the_readme() -> None:
    source = (BASE_DIR / "cloudzy" / "settings.py").read_text()
    names = re.findall(r'env\.\w+\("(\w+)"', source)

    table = (BASE_DIR / "README.md").read_text()

    assert len(names) > 15
    assert [name for name in names if f"`{name}`" not in table] == []
