"""Kill -9 in the middle of an upload, at each step: no row without bytes, nothing lost, and a retry succeeds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from photos.tests.libraries import empty_library
from photos.tests.pictures import jpeg

Environment = dict[str, str]

BEFORE_THE_ROW = ["sync 1", "sync 2", 'INSERT INTO "photo"', 'INSERT INTO "photo_stage"']
AFTER_THE_ROW = ['UPDATE "photo_stage"', "embedding", 'UPDATE "photo" SET']


@pytest.fixture
def library(tmp_path: Path) -> Environment:
    """The environment of processes that share a library of this test's own, with a photo to upload."""
    home = tmp_path / "library"
    empty_library(home / "data")
    (home / "photo.jpg").write_bytes(jpeg())
    return environment(home)


def environment(home: Path) -> Environment:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_DATA_DIR": str(home / "data"),
        "CLOUDZY_MEDIA_DIR": str(home / "media"),
        "PYTHONPATH": str(settings.BASE_DIR),
        "PHOTO": str(home / "photo.jpg"),
    }


def run(library: Environment, call: str) -> subprocess.CompletedProcess[str]:
    """Run a call of tests.crashing in a process of its own."""
    code = f"import django, os; django.setup(); from tests.crashing import *; {call}"
    return subprocess.run([sys.executable, "-c", code], env=library, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("step", [*BEFORE_THE_ROW, *AFTER_THE_ROW])
def test_a_process_killed_in_an_upload_loses_nothing(library: Environment, step: str) -> None:
    killed = run(library, f"upload_and_die({step!r}, photo_at(os.environ['PHOTO']))")
    looked = run(library, "tell_what_is_left(photo_at(os.environ['PHOTO']))")

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert looked.returncode == 0, looked.stderr
    left = json.loads(looked.stdout)
    kept = step in AFTER_THE_ROW
    assert left["photos"] == kept
    assert left["rows_without_bytes"] == []
    assert left["completed"] == ["ready"] * kept
    assert left["created_by_retry"] == (not kept)
    assert left["statuses"] == ["ready"]
    assert left["faults_in_the_end"] == []
