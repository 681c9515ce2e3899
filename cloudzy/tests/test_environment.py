from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cloudzy import environment as env

NAME = "CLOUDZY_TEST_VALUE"
HERE = Path(__file__).parent


def read(monkeypatch: pytest.MonkeyPatch, value: str, reader: Callable[[], Any]) -> Any:
    monkeypatch.setenv(NAME, value)
    return reader()


@pytest.mark.parametrize(
    ("value", "reader", "expected"),
    [
        (" words ", lambda: env.text(NAME, "default"), "words"),
        ("", lambda: env.text(NAME, "default"), "default"),
        ("b", lambda: env.choice(NAME, "a", ["a", "b"]), "b"),
        ("clip:ViT-B-32__openai", lambda: env.choice(NAME, "a", ["a"], named="clip"), "clip:ViT-B-32__openai"),
        ("On", lambda: env.yes_or_no(NAME, False), True),
        ("0", lambda: env.yes_or_no(NAME, True), False),
        ("", lambda: env.yes_or_no(NAME, True), True),
        ("9000", lambda: env.number(NAME, 8000, 1, 65535), 9000),
        ("", lambda: env.number(NAME, 8000, 1, 65535), 8000),
        ("pictures", lambda: env.folder(NAME, HERE), env.BASE_DIR / "pictures"),
        ("/srv/pictures", lambda: env.folder(NAME, HERE), Path("/srv/pictures")),
        ("~/pictures", lambda: env.folder(NAME, HERE), Path.home() / "pictures"),
        ("a, b,,", lambda: env.listed(NAME), ["a", "b"]),
        ("HTTP://LocalHost:3000/", lambda: env.origins(NAME), ["http://localhost:3000"]),
        ("https://a.b:443,http://[::1]:80", lambda: env.origins(NAME), ["https://a.b", "http://[::1]"]),
        ("10.0.0.2,fd00::/8", lambda: env.networks(NAME), [ip_network("10.0.0.2"), ip_network("fd00::/8")]),
        ("", lambda: env.site_url(NAME), None),
        ("", lambda: env.site_origin(NAME, "https://a.b"), "https://a.b"),
        ("HTTP://Mirror:8080/", lambda: env.site_origin(NAME, "https://a.b"), "http://mirror:8080"),
        ("", lambda: env.base_url(NAME), ""),
        ("http://10.0.0.2:11434/api/v1", lambda: env.base_url(NAME), "http://10.0.0.2:11434/api/v1"),
        (" sk-a_B.1/= ", lambda: env.secret(NAME), "sk-a_B.1/="),
    ],
)
def test_a_good_value_is_read(
    monkeypatch: pytest.MonkeyPatch, value: str, reader: Callable[[], Any], expected: Any
) -> None:
    assert read(monkeypatch, value, reader) == expected


@pytest.mark.parametrize(
    ("value", "reader"),
    [
        ("c", lambda: env.choice(NAME, "a", ["a", "b"])),
        *(
            (value, lambda: env.choice(NAME, "a", ["a"], named="clip"))
            for value in ("clip", "clip:", "clip:../x", "b:x")
        ),
        *((value, lambda: env.site_origin(NAME, "https://a.b")) for value in ("a.b", "file:///x", "https://a.b/c")),
        ("maybe", lambda: env.yes_or_no(NAME, False)),
        *((value, lambda: env.number(NAME, 8000, 1, 65535)) for value in ("0", "65536", "-1", "8k", "1.5", "٣")),
        *((value, lambda: env.networks(NAME)) for value in ("proxy", "10.0.0.1/8", "*")),
        *(
            (value, lambda: env.site_url(NAME))
            for value in (
                "a.b",
                "ftp://a.b",
                "https://",
                "https://*.b",
                "https://a.b/x",
                "https://u:p@a.b",
                "https://[1",
            )
        ),
        ("https://a.b:99999", lambda: env.origins(NAME)),
        ("https://a.b?c", lambda: env.origins(NAME)),
        ("*", lambda: env.origins(NAME)),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, value: str, reader: Callable[[], Any]
) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(monkeypatch, value, reader)

    assert str(refusal.value).startswith(f"{NAME}={value!r} is not usable: use ")


@pytest.mark.parametrize(
    ("value", "reader"),
    [
        *(
            (value, lambda: env.base_url(NAME))
            for value in (
                "file:///etc/passwd",
                "localhost:11434",
                "http://",
                "http://a:x",
                "http://me:hush@a",
                "http://a?hush",
            )
        ),
        *((value, lambda: env.secret(NAME)) for value in ("hush hush", "hush\nX: 1", "hüsh")),
    ],
)
def test_what_may_hold_a_secret_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, value: str, reader: Callable[[], Any]
) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(monkeypatch, value, reader)

    assert str(refusal.value).startswith(f"{NAME}='...' is not usable: use ")


def test_the_env_file_says_only_what_the_environment_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{NAME}=from the file\nCLOUDZY_TEST_OTHER=also\n")
    monkeypatch.delenv("CLOUDZY_ENV_FILE")
    monkeypatch.setenv(NAME, "from the environment")
    monkeypatch.setenv("CLOUDZY_TEST_OTHER", "")
    monkeypatch.delenv("CLOUDZY_TEST_OTHER")

    env.read_file(tmp_path / ".env")

    assert (env.text(NAME), env.text("CLOUDZY_TEST_OTHER")) == ("from the environment", "also")


def test_the_database_is_sqlite_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = read(monkeypatch, "", lambda: env.database(NAME, tmp_path / "with space & ?.db"))

    assert config["NAME"] == tmp_path / "with space & ?.db"
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_another_sqlite_file_gets_the_same_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = read(monkeypatch, f"sqlite:///{tmp_path}/other.db", lambda: env.database(NAME, tmp_path / "photos.db"))

    assert config["NAME"] == tmp_path / "other.db"
    assert config["OPTIONS"]["timeout"] == 20


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:secret@host/name",
        "me:secret",
        "://me:secret",
        "postgresql://me:secret@host:port/name",
        "sqlite://:memory:",
        "sqlite://",
    ],
)
def test_a_database_we_do_not_run_on_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="use sqlite") as refusal:
        read(monkeypatch, url, lambda: env.database(NAME, HERE))

    assert "me:secret" not in str(refusal.value)


def test_postgresql_without_its_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudzy.environment.find_spec", lambda _: None)

    with pytest.raises(ImproperlyConfigured, match="make postgresql") as refusal:
        read(monkeypatch, "postgresql://me:secret@host/name", lambda: env.database(NAME, HERE))

    assert "secret" not in str(refusal.value)


def test_postgresql_with_its_driver_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudzy.environment.find_spec", lambda _: object())

    config = read(monkeypatch, "postgresql://me:secret@host:5433/name", lambda: env.database(NAME, HERE))

    assert (config["ENGINE"], config["HOST"], config["PORT"]) == ("django.db.backends.postgresql", "host", 5433)


def test_watched_folders_have_owners_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, "/in/anna=anna, /in/a=b/c ,/all", lambda: env.watched(NAME))

    assert found == [("/in/anna", "anna"), ("/in/a=b/c", ""), ("/all", "")]


@pytest.mark.parametrize("value", ["in=anna", "/in=", "anna"])
def test_a_watched_folder_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="absolute folders"):
        read(monkeypatch, value, lambda: env.watched(NAME))
