"""Empty libraries for processes of their own: migrated once in a run of tests, which takes seconds, and then copied."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from accounts import sealing


def empty_library(data: Path) -> None:
    """Put the database of an empty library into a data folder, which is made if need be; one that is there stays."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / _migrated().name).exists():
        shutil.copyfile(_migrated(), data / _migrated().name)


def keep_migrated() -> None:
    """Take the database of the tests, just migrated, for the empty library: no process needs to make another one."""
    if connection.vendor == "sqlite" and not (_home() / "photos.db").exists():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(_home() / "photos.db")])
        with closing(sqlite3.connect(_home() / "photos.db")) as kept:
            for statement in sealing.statements():  # which tests have taken off
                kept.execute(statement)
            kept.commit()


@cache
def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="cloudzy-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _migrated() -> Path:
    migrated = _home() / "photos.db"
    if not migrated.exists():
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env=os.environ | {"CLOUDZY_DATA_DIR": str(_home()), "CLOUDZY_MEDIA_DIR": str(_home() / "media")},
            cwd=settings.BASE_DIR,
            check=True,
        )
    return migrated
