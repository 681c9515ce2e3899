"""The database of a backup: one SQLite file, taken while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from cloudzy.backups.errors import BackupError
from cloudzy.backups.manifest import Original
from search.models import Library

COUNTED = (
    "photos.Photo",
    "photos.Tag",
    "photos.PhotoTag",
    "photos.PhotoFile",
    "albums.Album",
    "albums.AlbumPlace",
    "accounts.User",
)

ON_POSTGRESQL = (
    "This library is kept in PostgreSQL: back it up with pg_dump, and copy the folder `originals` of the media folder "
    "after that. pg_restore brings it back."
)


def refuse_other_databases() -> None:
    """Raise BackupError where the library is not kept in SQLite."""
    if connection.vendor != "sqlite":
        raise BackupError(ON_POSTGRESQL)


def snapshot(target: Path) -> None:
    """Write the database as it is at one moment into a new file, which needs no other beside it; others go on writing.

    https://www.sqlite.org/backup.html: all pages in one step, so that a busy library never makes it begin anew.
    """
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise BackupError("The database itself is damaged: see `PRAGMA integrity_check`.")


def originals_in(database: Path) -> dict[str, Original]:
    """Return what the rows of photos say of their files, by name; raises BackupError where that cannot be read."""
    rows = _read(database, "SELECT image, sha256, bytes FROM photo ORDER BY id")
    if _read(database, "SELECT 1 FROM sqlite_master WHERE name = 'photo_file'"):  # not in backups of old versions
        rows += _read(database, "SELECT stored, sha256, bytes FROM photo_file ORDER BY id")
    return {name: Original(sha256, size) for name, sha256, size in rows}


def migrations_in(database: Path) -> list[str]:
    rows = _read(database, "SELECT app, name FROM django_migrations")
    return sorted(f"{app}.{name}" for app, name in rows)


def counts_in(database: Path) -> dict[str, int]:
    """Return how many rows there are, by table."""
    tables = [apps.get_model(name)._meta.db_table for name in COUNTED]
    return {table: _read(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608 - ours


def unknown_migrations(applied: Sequence[str]) -> list[str]:
    """Return those that this version of Cloudzy does not have, and so cannot read the results of."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return [name for name in applied if name not in known]


def is_blank(database: Path) -> bool:
    """Tell whether it is no more than SQLite makes of a name it is asked for: a database without a table."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True)) as file:
            return not file.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.Error:
        return False


def make_ours(database: Path) -> None:
    """Migrate a database of an older version, and make it a library of its own, so that no old index is believed."""
    with django_on(database):
        try:
            call_command("migrate", verbosity=0, interactive=False)
            Library.renew()
        except DatabaseError as exc:
            raise BackupError(f"The database could not be migrated: {exc}") from exc


def differing(counts: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [f"{table} has {found.get(table)} rows, not {count}" for table, count in counts.items()
            if found.get(table) != count]  # fmt: skip


@contextmanager
def django_on(database: Path) -> Iterator[None]:
    """Have Django work on another SQLite file meanwhile."""
    connection.close()
    real = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(database)
    try:
        yield
    finally:
        connection.close()  # the last one to go takes the journal along
        connection.settings_dict["NAME"] = real


def _read(database: Path, query: str) -> list[tuple]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro&immutable=1", uri=True)) as file:
            return file.execute(query).fetchall()
    except sqlite3.Error as exc:
        raise BackupError(f"The database of the backup cannot be read: {exc}") from exc
