"""Faults 20 and 21 on real disks: small ones that are full, one that turns read-only; where one may mount any."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from photos.tests.libraries import empty_library

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]


def may_mount(tmp_path: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = [*ALONE, "mount", "-t", "tmpfs", "none", str(tmp_path)]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def test_20_and_21_on_disks_that_are_full_or_read_only_nothing_is_lost_and_all_goes_on_afterwards(
    tmp_path: Path,
) -> None:
    if not may_mount(tmp_path):
        pytest.skip("this kernel lets nobody mount a disk of their own; test_faults_everywhere injects the errors")
    empty_library(tmp_path / "data")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_DATA_DIR": str(tmp_path / "data"),
        "CLOUDZY_MEDIA_DIR": str(tmp_path / "media"),
        "PYTHONPATH": str(settings.BASE_DIR),
    }

    done = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.small_disks"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    full, read_only, database = told["media full"], told["media read-only"], told["database full"]
    assert full == {"taken": full["taken"], "refused": [507, 507], "wrong": [], "left": [], "after": 201}
    assert full["taken"] > 1
    assert read_only == {"asked": [503, 503, 503, 200, 200, 200], "wrong": [], "after": 201}
    assert database == {"refused": 507, "kept": True, "wrong": [], "after": 201}
