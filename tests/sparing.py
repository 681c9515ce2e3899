"""What a run of tests would do hundreds of times over, done once: nothing of it is what a test is about."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware


def hash_passwords_quickly() -> None:
    """Have passwords hashed at once; the real hashers are slow by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def wait_for_no_disk() -> None:
    """Leave it to the system when what tests write comes to the disk; none of it survives a power cut."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"


def find_static_files_once() -> None:
    """Hand the files that the first client has found to every later one, which would look at hundreds of them again."""
    look: Any = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[Any, dict[str, Any]] = {}

    def add(self: Any) -> None:
        said = (self.static_prefix, self.max_age, self.allow_all_origins, *map(str, settings.STATICFILES_DIRS))
        if said not in found:
            look(self)
            found[said] = dict(self.files)
        self.files |= found[said]

    WhiteNoiseMiddleware.add_files_from_finders = add


def refill_emptied_databases() -> None:
    """Copy the rows that an empty library has from the first database that was emptied into every later one.

    Signals make them: permissions, content types, the words we ship. That takes a fifth of a second of each test that
    commits.
    """
    empty: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    always: dict[str, list[tuple[Any, ...]]] = {}

    def emptied(self: Any) -> None:
        if connection.vendor != "sqlite":
            empty(self)
            return
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)
        if always:
            _insert(always)
        else:
            written_by_triggers = _rows()
            empty(self)
            always.update((table, rows) for table, rows in _rows().items() if table not in written_by_triggers)

    TransactionTestCase._fixture_teardown = emptied  # type: ignore[attr-defined]


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return what is in the tables of our models, as it is stored."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as raw:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return {table: rows for table in tables if (rows := raw.execute(f'SELECT * FROM "{table}"').fetchall())}  # noqa: S608


def _insert(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, lines in rows.items():
            places = ", ".join(["%s"] * len(lines[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', lines)  # noqa: S608
