from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize("words", [0, 15])
def test_retagging_is_measured_on_a_library_of_its_own(tmp_path: Path, words: int) -> None:
    figures = tmp_path / "figures.json"
    options = ["--photos", "60", "--words", f"{words}", "--json", str(figures)]

    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark_tags", *options],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    rounds = json.loads(figures.read_text())
    assert [each["change"] for each in rounds][:2] == ["every photo tagged for the first time", "nothing"]
    assert all(each["photos"] == 60 for each in rounds)
    assert rounds[0]["changed_photos"] > 0
    assert rounds[1]["written_rows"] == 0
    assert "seconds" in done.stdout
    assert not (settings.CLOUDZY_DATA_DIR / "photos.db").exists()
