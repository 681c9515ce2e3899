from __future__ import annotations

import json
from contextlib import nullcontext
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cloudzy.benchmark_duplicates import KindFigures, measure_duplicates
from cloudzy.management.commands import benchmark_duplicates
from photos.models import Photo

pytestmark = pytest.mark.django_db


def test_all_that_was_planted_is_found_as_what_it_is_and_nothing_else() -> None:
    told: list[str] = []

    figures = measure_duplicates(300, told.append)

    assert Photo.objects.count() == figures.photos == 300
    assert set(figures.kinds) == {"pixels", "raw", "near", "burst", "similar"}
    assert set(figures.kinds.values()) == {KindFigures(planted=3, found=3, wrong=0)}
    assert (figures.look_alikes, figures.look_alikes_found) == (3, 0)
    assert figures.left_after_undo == 0
    assert min(figures.compare_s, figures.scan_s, figures.one_more_s, figures.page_ms, figures.fingerprint_ms) > 0
    assert min(figures.merged_per_s, figures.undone_per_s, figures.peak_mb) > 0
    assert told == ["282 of 300 photos", "3 groups merged and taken back"]


def test_the_command_prints_a_table_and_writes_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark_duplicates, "temporary_library", nullcontext)
    out, written = StringIO(), tmp_path / "figures.json"

    call_command("benchmark_duplicates", "--photos", "100", "--json", str(written), stdout=out, stderr=StringIO())

    assert "similar                    1         1         0" in out.getvalue()
    assert json.loads(written.read_text())["kinds"]["near"] == {"planted": 1, "found": 1, "wrong": 0}
