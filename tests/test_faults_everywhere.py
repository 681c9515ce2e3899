"""Faults 11, 20, 21, 50, 52, 53, 58 and 59 at every step: killed, disk full, media read-only, database locked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from photos.tests.libraries import empty_library


def told(home: Path, module: str, *stories: str) -> dict[str, Any]:
    """Tell stories, each in a library of its own; return by story its steps and what was wrong after trouble at each.

    They share one process, for to start one costs more than a story.
    """
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_DATA_DIR": str(home / "library" / "data"),
        "CLOUDZY_MEDIA_DIR": str(home / "library" / "media"),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    empty_library(home / "library" / "data")
    code = (
        "import django, json; django.setup(); from tests.troubled import tell; "
        f"from {module} import STORIES; print(json.dumps(tell({{name: STORIES[name] for name in {stories!r}}})))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("module", "least"),
    [
        ("tests.troubled_ingest", {"upload": 15, "worker": 8, "import": 13, "deletion": 4}),
        ("tests.troubled_arrivals", {"pieces": 30, "archive": 40}),
        ("tests.troubled_backups", {"backup": 12, "restore": 25}),
    ],
)
def test_trouble_at_any_step_loses_nothing(tmp_path: Path, module: str, least: dict[str, int]) -> None:
    """`least` is what there always is: a photo whose random name begins like another's needs no folder of its own."""
    found = told(tmp_path, module, *least)

    assert {name: each["wrong"] for name, each in found.items() if each["wrong"]} == {}
    assert {name: len(each["steps"]) for name, each in found.items() if len(each["steps"]) < least[name]} == {}


def test_what_is_lost_would_be_noticed(tmp_path: Path) -> None:
    """The tests above see nothing wrong; this one lets them see a story that loses bytes."""
    found = told(tmp_path, "tests.troubled_careless", "careless")

    assert any("missing" in wrong for each in found["careless"]["wrong"].values() for wrong in each)
