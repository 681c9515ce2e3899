"""Empty libraries for processes of their own: migrated once in a run of tests, which takes seconds, and then copied."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings


def empty_library(data: Path) -> None:
    """Put the database of an empty library into a data folder, which is made if need be; one that is there stays."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / _migrated().name).exists():
        shutil.copyfile(_migrated(), data / _migrated().name)


@cache
def _migrated() -> Path:
    home = Path(tempfile.mkdtemp(prefix="cloudzy-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        env=os.environ | {"CLOUDZY_DATA_DIR": str(home), "CLOUDZY_MEDIA_DIR": str(home / "media")},
        cwd=settings.BASE_DIR,
        check=True,
    )
    return home / "photos.db"
