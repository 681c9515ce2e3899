from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from ai.memory import peak_mb
from cloudzy.benchmark_ingest import vips
from cloudzy.benchmark_ingest.figures import IngestFigures, Took
from cloudzy.benchmark_ingest.pictures import make
from photos.models import Stage
from photos.tests.pictures import encoded, jpeg, noise, on_disk

PUBLISHED = {
    "photos", "photos_per_s", "stage_ms", "thumbnails_vs_vips", "pipeline_vs_vips", "worker_peak_mb",
}  # fmt: skip
STAGES = {"arrival", "decode", *Stage.QUICK, "rows", "index"}


def test_photos_come_into_a_library_of_its_own_with_everything_up_to_the_index(tmp_path: Path) -> None:
    pictures, figures = tmp_path / "pictures", tmp_path / "figures.json"
    pictures.mkdir()
    before = [on_disk(pictures, encoded(noise(), "JPEG"), f"{number}.JPG").read_bytes() for number in range(3)]
    options = [str(pictures), "--workers", "2", "--soak", "4", "--json", str(figures)]

    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark_ingest", *options],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(figures.read_text())
    assert answer.keys() >= PUBLISHED
    assert (answer["photos"], answer["stage_ms"].keys()) == (3, STAGES)
    assert answer["photos_per_s"] > 0
    assert (answer["pipeline_vs_vips"] is not None) == vips.is_there()
    assert [photos for photos, _ in answer["memory"]] == [0, 1, 2, 3, 4]
    assert 0 < answer["memory"][0][1] <= answer["worker_peak_mb"]
    assert "photos_per_s" in done.stdout
    assert [path.read_bytes() for path in sorted(pictures.iterdir())] == before
    assert not (settings.CLOUDZY_DATA_DIR / "photos.db").exists()


@pytest.mark.skipif(not vips.is_there(), reason="vipsthumbnail is not installed")
def test_vips_makes_the_two_thumbnails_of_every_file(tmp_path: Path) -> None:
    files = [on_disk(tmp_path, jpeg((1800, 1200)), f"{number}.jpg") for number in range(2)]

    took = vips.thumbnails(files, tmp_path / "made")

    made = sorted(str(path.relative_to(tmp_path / "made")) for path in (tmp_path / "made").rglob("*.webp"))
    assert made == ["1600/0.webp", "1600/1.webp", "512/0.webp", "512/1.webp"]
    assert took.cpu_seconds > 0
    assert took.seconds > 0


@pytest.mark.skipif(not vips.is_there(), reason="vipsthumbnail is not installed")
def test_what_vips_cannot_read_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(vips.VipsFailed):
        vips.thumbnails([on_disk(tmp_path, b"no picture", "0.jpg")], tmp_path / "made")


def test_the_sides_are_compared_over_all_rounds() -> None:
    took = {"vips": Took(4, 4), "thumbnails": Took(3, 6), "pipeline": Took(6, 12)}

    figures = IngestFigures.of(10, 2, took, {"arrival": 5.0}, [], peak_mb=300)

    assert (figures.photos, figures.photos_per_s) == (10, 3.33)
    assert (figures.thumbnails_vs_vips, figures.pipeline_vs_vips, figures.pipeline_vs_vips_cpu) == (0.75, 1.5, 3.0)
    assert figures.stage_ms == {"arrival": 250.0}


def test_without_vips_there_is_nothing_to_compare_with() -> None:
    took = {"thumbnails": Took(3, 6), "pipeline": Took(6, 12)}

    figures = IngestFigures.of(10, 1, took, {}, [], peak_mb=300)

    assert (figures.thumbnails_vs_vips, figures.pipeline_vs_vips) == (None, None)
    assert any(line.endswith("unknown") for line in figures.table())


def test_photos_are_made_in_an_empty_folder_only(tmp_path: Path) -> None:
    mine = on_disk(tmp_path, b"mine", "photo.txt")

    with pytest.raises(CommandError, match="is not empty"):
        call_command("benchmark_ingest", str(tmp_path), "--make", "1")
    with pytest.raises(CommandError, match="no JPEGs"):
        call_command("benchmark_ingest", str(tmp_path))
    assert list(tmp_path.iterdir()) == [mine]


def test_photos_that_are_made_are_all_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudzy.benchmark_ingest.pictures.SIZE", (400, 300))
    monkeypatch.setattr("cloudzy.benchmark_ingest.pictures._MARGIN", 50)

    assert list(make(tmp_path, 3)) == [1, 2, 3]

    made = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert len(set(made)) == 3
    assert Image.open(BytesIO(made[0])).size == (400, 300)


def test_the_most_a_process_held_is_what_it_wrote_at_once() -> None:
    before = peak_mb()

    assert len(bytearray(b"x") * (64 * 2**20 + int(before) * 2**20)) > 0

    assert peak_mb() > before
