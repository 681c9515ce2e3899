"""Faults 20, 21, 50, 52, 53, 58 and 59 at every step: killed, disk full, media read-only, database locked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.stepping import Trouble

INGEST, BACKUPS = "tests.troubled_ingest", "tests.troubled_backups"


def told(home: Path, module: str, story: str, *troubles: Trouble, every: int = 1) -> dict[str, Any]:
    """Run a story in a library of its own; return its steps and what was wrong after trouble at each."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_DATA_DIR": str(home / "library" / "data"),
        "CLOUDZY_MEDIA_DIR": str(home / "library" / "media"),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    subprocess.run([sys.executable, "manage.py", "migrate"], env=environment, check=True, capture_output=True)
    asked = f"STORIES[{story!r}], {[str(each) for each in troubles]}, {every}"
    code = (
        "import django, json; django.setup(); from tests.troubled import tell; "
        f"from {module} import STORIES; print(json.dumps(tell({asked})))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("module", "story", "every", "least"),
    [
        (INGEST, "upload", 1, 20),
        (INGEST, "worker", 1, 8),
        (INGEST, "import", 1, 15),
        (INGEST, "deletion", 1, 4),
        (BACKUPS, "backup", 2, 15),
        (BACKUPS, "restore", 4, 20),  # many commits, none of which anybody sees before the last rename
    ],
)
def test_a_kill_at_any_step_loses_nothing(tmp_path: Path, module: str, story: str, every: int, least: int) -> None:
    found = told(tmp_path, module, story, Trouble.KILL, every=every)

    assert found["wrong"] == {}
    assert len(found["steps"]) >= least, found["steps"]


@pytest.mark.parametrize("story", ["upload", "worker"])
def test_neither_a_full_disk_nor_a_read_only_one_nor_a_locked_database_loses_anything(
    tmp_path: Path, story: str
) -> None:
    # Trouble stays from its step on: every third one is enough to meet each piece of code.
    found = told(tmp_path, INGEST, story, Trouble.FULL, Trouble.READ_ONLY, Trouble.LOCKED, every=3)

    assert found["wrong"] == {}


def test_what_is_lost_would_be_noticed(tmp_path: Path) -> None:
    """The tests above see nothing wrong; this one lets them see a story that loses bytes."""
    found = told(tmp_path, "tests.troubled_careless", "careless", Trouble.KILL)

    assert any("missing" in wrong for each in found["wrong"].values() for wrong in each)
