from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from cloudzy.benchmark_tags import measure


def test_retagging_is_measured_on_a_library_of_its_own(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    options = ["--photos", "60", "--words", "15", "--json", str(figures)]

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


@pytest.mark.django_db
def test_where_no_words_are_asked_for_the_vocabulary_is_as_it_is_shipped() -> None:
    first, nothing, *_ = measure(60, 0, progress=lambda _: None)

    assert (first.photos, first.words) == (60, nothing.words)
    assert first.changed_photos > 0
    assert nothing.written_rows == 0
