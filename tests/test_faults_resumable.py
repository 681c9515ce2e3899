"""Kill -9 at each step of an upload in pieces and of a ZIP: what is sent again or gone on with is there once, whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

STEPS = {
    "upload": [
        *(f"sync {number}" for number in range(1, 10)),
        'INSERT INTO "incoming_upload"',
        'UPDATE "incoming_upload" SET "expires_at"',
        'INSERT INTO "photo"',
        'INSERT INTO "photo_stage"',
        'UPDATE "incoming_upload" SET "finished_at"',
    ],
    "archive": [
        'INSERT INTO "archive_import"',
        'UPDATE "incoming_upload" SET "finished_at"',
        'UPDATE "archive_import" SET "total"',
        'INSERT INTO "photo"',
        'UPDATE "archive_import" SET "unpacked"',
        'INSERT INTO "archive_left_entry"',
        'UPDATE "archive_import" SET "ended_at"',
    ],
}


@pytest.mark.parametrize("kind", STEPS)
def test_killed_at_any_step_nothing_is_lost_and_nothing_twice(kind: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_DATA_DIR": str(tmp_path / "data"),
        "CLOUDZY_MEDIA_DIR": str(tmp_path / "media"),
        "CLOUDZY_DECODER": "inline",  # each of its many children would start one
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    code = (
        "import django; django.setup(); from django.core.management import call_command; "
        "call_command('migrate', verbosity=0); from tests.crashing_uploads import main; "
        f"main({kind!r}, {STEPS[kind]!r})"
    )

    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    for step, told in zip(STEPS[kind], json.loads(done.stdout), strict=True):
        assert told == {
            "died": True,
            "followed": 0,
            "photos": 1,
            "same_bytes": True,
            "rows_without_bytes": [],
            "left_in_incoming": [],
        }, (step, done.stderr)
