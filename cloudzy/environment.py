"""Readers for settings that come from the environment or from `.env`.

Each returns a value of the right type, or raises ImproperlyConfigured with the name, the value and the cure.
An empty value counts as not set: that is what compose passes for a variable nobody filled in.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

Parsed = TypeVar("Parsed")

_env = environ.Env()
_PLAIN = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NEEDED_BY_PROGRAMS = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


# Of the database file, which all processes then share: reading a row copies nothing, and no process has its own copy.
_MAPPED = 2**30


def read_file(default: Path) -> None:
    """Take from the env file what the environment itself does not say; CLOUDZY_ENV_FILE names another file."""
    _env.read_env(folder("CLOUDZY_ENV_FILE", default))


def for_child(**changes: str) -> dict[str, str]:
    """Return the environment of a process of ours that differs in these; "" counts as not set."""
    return {**os.environ, **changes}


def bare() -> dict[str, str]:
    """Return the environment of a process of ours that is to know no setting and no secret."""
    kept = {name: os.environ[name] for name in _NEEDED_BY_PROGRAMS if name in os.environ}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as in wsgi.py


def text(name: str, default: str = "") -> str:
    return str(_env.str(name, default="")).strip() or default


def with_library(home: Path) -> dict[str, str]:
    """Return the environment for processes of ours whose library is in this folder, in local mode.

    Of the settings of this process only those of the encoder go along.
    """
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    return kept | {
        "CLOUDZY_ENV_FILE": os.devnull,
        "CLOUDZY_DATA_DIR": str(home / "data"),
        "CLOUDZY_MEDIA_DIR": str(home / "media"),
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "OMP_NUM_THREADS": "1",  # as in wsgi.py
        "SECRET_KEY": secrets.token_urlsafe(50),
    }


def choice(name: str, default: str, choices: Sequence[str], named: str = "") -> str:
    """Return one of the choices, or, where `named` is a kind of which there are many, `named:NAME`."""
    value = text(name, default)
    if value not in choices and not (named and re.fullmatch(rf"{named}:{_PLAIN}", value)):
        _refuse(name, value, f"use one of: {', '.join([*choices, *([f'{named}:NAME'] if named else [])])}")
    return value


def yes_or_no(name: str, default: bool) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in _YES | _NO:
        _refuse(name, value, "use yes or no")
    return value in _YES


def number(name: str, default: int, low: int, high: int) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        _refuse(name, value, f"use a whole number from {low} to {high}")
    return int(value)


def folder(name: str, default: Path) -> Path:
    """Return an absolute path; a relative one counts from the project, not from where a command was started."""
    return BASE_DIR / Path(text(name, str(default))).expanduser()


def listed(name: str) -> list[str]:
    return [entry.strip() for entry in text(name).split(",") if entry.strip()]


def watched(name: str) -> list[tuple[str, str]]:
    """Return folder and owner of each entry of a list such as `/in/anna=anna,/in/all`; no owner is the local one."""
    found = []
    for entry in listed(name):
        path, mark, owner = entry.rpartition("=") if "/" not in entry.rpartition("=")[2] else (entry, "", "")
        if not (path.startswith("/") and bool(mark) == bool(owner)):
            _refuse(name, entry, "use absolute folders with their owners, such as /photos/in=anna,/photos/scans=ben")
        found.append((path, owner))
    return found


def origins(name: str) -> list[str]:
    """Return each entry of a comma-separated list as a browser's Origin header spells it."""
    return [origin_of(_site(name, value)) for value in listed(name)]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the addresses and ranges of a comma-separated list."""
    return [
        _parsed(name, value, ip_network, "use addresses such as 10.0.0.2 or 172.16.0.0/12") for value in listed(name)
    ]


def site_url(name: str) -> SplitResult | None:
    """Return the address people open, None where it is not set."""
    value = text(name)
    return _site(name, value) if value else None


def site_origin(name: str, default: str) -> str:
    """Return scheme, host and port of the address of a site."""
    return origin_of(_site(name, text(name, default)))


def base_url(name: str) -> str:
    """Return the address of a service, which may have a path; "" where it is not set."""
    value = text(name)
    cure = "use scheme, host and perhaps a path, such as http://127.0.0.1:11434"
    url = _parsed(name, "...", lambda _: urlsplit(value), cure)
    port_is_good = _parsed(name, "...", lambda _: url.port is None or url.port > 0, cure)
    good = url.scheme in {"http", "https"} and url.hostname and port_is_good
    if value and (not good or url.query or url.fragment or url.username):
        _refuse(name, "...", cure)  # it may hold a password
    return value


def secret(name: str) -> str:
    """Return what goes into a header of a request as it is; "" where it is not set."""
    value = text(name)
    if not (value.isascii() and value.isprintable() and " " not in value):
        _refuse(name, "...", "use printable ASCII characters without spaces")
    return value


def origin_of(url: SplitResult) -> str:
    """Return `scheme://host[:port]`, lower case and without the scheme's own port."""
    own_port = {"http": 80, "https": 443}[url.scheme]
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return f"{url.scheme}://{host}" + (f":{url.port}" if url.port not in {None, own_port} else "")


def database(name: str, default: Path) -> dict[str, Any]:
    """Return Django's settings of the database that a URL names; SQLite at `default` where there is none."""
    value = text(name)
    if not value:
        return _sqlite(default)
    scheme, mark, _ = value.partition("://")
    # A URL may hold a password, so a refusal shows its scheme only.
    shown = f"{scheme}{mark}..." if mark else "..."
    cure = "use sqlite:////absolute/path.db or postgresql://user:password@host/name"
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        _refuse(name, shown, cure)
    try:
        config: dict[str, Any] = _env.db_url_config(value)
    except ValueError:
        _refuse(name, shown, cure)
    if scheme == "sqlite":
        if config["NAME"] == ":memory:":
            _refuse(name, shown, cure)
        return _sqlite(BASE_DIR / config["NAME"])
    if find_spec("psycopg") is None:
        _refuse(name, shown, "install its driver: make postgresql")
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def _sqlite(path: Path) -> dict[str, Any]:
    """Many threads and processes write: IMMEDIATE waits for the lock where the default mode fails at once."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size={_MAPPED}",
        },
        # On disk like the real one: threads of one test share no in-memory database without locking each other out.
        "TEST": {"NAME": str(path.with_name(f"test_{path.name}"))},
    }


def _site(name: str, value: str) -> SplitResult:
    cure = "use scheme and host only, such as https://photos.example.org or http://localhost:8000"
    url = _parsed(name, value, urlsplit, cure)
    port_is_good = _parsed(name, value, lambda _: url.port is None or url.port > 0, cure)
    plain = (url.path in {"", "/"}) and not (url.query or url.fragment or url.username)
    if not (url.scheme in {"http", "https"} and url.hostname and "*" not in url.hostname and port_is_good and plain):
        _refuse(name, value, cure)
    return url


def _parsed(name: str, value: str, parse: Callable[[str], Parsed], cure: str) -> Parsed:
    try:
        return parse(value)
    except ValueError:
        _refuse(name, value, cure)


def _refuse(name: str, value: str, cure: str) -> NoReturn:
    raise ImproperlyConfigured(f"{name}={value!r} is not usable: {cure}.")


def _is_setting(name: str) -> bool:
    of_encoder = name.startswith(("CLOUDZY_ENCODER", "CLOUDZY_MODELS_DIR"))
    return not of_encoder and (name.startswith("CLOUDZY_") or name in {"DATABASE_URL", "DEBUG", "SECRET_KEY"})
