from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from ai import installing
from ai.tests.clip_models import build_immich
from photos.models import Photo, Tag
from photos.tests.drawn import DRAWINGS, describe, draw_set

REFERENCE = Path(__file__).parent / "evaluation_reference.json"
EACH = 10
# Another processor or release of onnxruntime may turn over a pair of near equals, or push a picture over a threshold:
# that moves a figure of one word (10 pictures) by a tenth, one of the whole set by much less.
TOLERANCE_OF_A_WORD, TOLERANCE = 0.11, 0.03

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    draw_set(tmp_path / "drawn", EACH)
    return tmp_path / "drawn"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    draw_set(tmp_path / "few", 1)
    return tmp_path / "few"


def run(*arguments: str | Path, stderr: StringIO | None = None) -> str:
    out = StringIO()
    call_command("models", "evaluate", *map(str, arguments), stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


def figures(folder: Path, *arguments: str) -> dict[str, Any]:
    written = folder.parent / "figures.json"
    run(folder, "--json", written, *arguments)
    figures: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return figures


def line_of(told: str, name: str) -> list[str]:
    line = next(line for line in told.splitlines() if line.startswith(name))
    return line.removeprefix(name).split()


def flat(figures: Any, name: str = "") -> dict[str, Any]:
    """Return every single value by its path."""
    if isinstance(figures, dict):
        return {path: value for key, inner in figures.items() for path, value in flat(inner, f"{name}/{key}").items()}
    if isinstance(figures, list):
        return {path: value for at, inner in enumerate(figures) for path, value in flat(inner, f"{name}/{at}").items()}
    return {name: figures}


def near(path: str, found: Any, stored: Any) -> bool:
    if path.endswith(("/said", "/right")):
        return abs(found - stored) <= 1
    if not isinstance(stored, float):
        return bool(found == stored)
    return abs(found - stored) <= (TOLERANCE_OF_A_WORD if "/words/" in path else TOLERANCE)


def test_the_compact_encoder_reproduces_the_stored_figures(drawn: Path) -> None:
    describe(drawn)

    found = figures(drawn, "--model", "compact")

    found.pop("seconds_per_image")
    reference, found = flat(json.loads(REFERENCE.read_text(encoding="utf-8"))), flat(found)
    assert found.keys() == reference.keys()
    assert {path: (found[path], value) for path, value in reference.items() if not near(path, found[path], value)} == {}


def test_the_stored_figures_are_neither_perfect_nor_empty() -> None:
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))

    shares = [reference["tags"]["micro"][name] for name in ("precision", "recall", "f1")]
    shares += [reference["search"]["precision"], reference["text_to_image"]["mrr"], reference["image_to_text"]["mrr"]]
    assert all(0.1 < share < 0.99 for share in shares)
    assert all(reference["coverage"][kind] for kind in ("tagged", "searched", "unknown", "unknown_captions"))


def test_folders_are_enough_and_say_nothing_of_captions(drawn: Path) -> None:
    of_folders = figures(drawn, "--model", "compact")
    describe(drawn)
    of_list = figures(drawn, "--model", "compact")

    assert (of_folders["tags"], of_folders["search"]) == (of_list["tags"], of_list["search"])
    assert of_folders["text_to_image"]["queries"] == of_folders["coverage"]["captions"] == 0
    assert of_list["text_to_image"]["queries"] == 130


def test_the_tables_say_what_the_file_says(drawn: Path) -> None:
    describe(drawn)

    told, found = run(drawn, "--model", "compact"), figures(drawn, "--model", "compact")

    forest = next(word for word in found["tags"]["words"] if word["word"] == "forest")
    assert line_of(told, "forest")[:3] == [str(forest[name]) for name in ("shown", "said", "right")]
    assert line_of(told, "all tags (micro)") == [
        f"{found['tags']['micro'][name]:.3f}" for name in ("precision", "recall", "f1")
    ]
    assert float(line_of(told, "text to image")[-1]) == pytest.approx(found["text_to_image"]["mrr"], abs=0.001)
    assert f"knows nothing of: {', '.join(found['coverage']['unknown'])}." in told
    assert f"{len(DRAWINGS) * EACH} pictures" in told.splitlines()[0]


def test_without_a_name_it_is_the_model_of_the_library(few: Path) -> None:
    (few / "red").mkdir()
    (few / "sea" / "0.png").rename(few / "red" / "0.png")

    assert run(few).startswith("fake@1-32d on 9 pictures")


def test_an_installed_model_is_named_as_it_is_listed(few: Path, settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    installing.add(settings.CLOUDZY_MODELS_DIR, "tiny", build_immich(tmp_path / "given").folder, lambda *_: None)

    found = figures(few, "--model", "tiny")

    assert found["model"]["name"] == "tiny"
    assert found["coverage"]["unknown"] == [], "it takes any text"
    assert len(found["search"]["words"]) == len(DRAWINGS)
    assert found["model"] == figures(few, "--model", "clip:tiny")["model"]


def test_files_that_cannot_be_read_are_named_and_skipped(few: Path) -> None:
    (few / "sea" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    (few / "forest" / "letter.txt").write_text("Dear reader")

    told, found = run(few, "--model", "compact"), figures(few, "--model", "compact")

    assert {skipped["file"] for skipped in found["skipped"]} == {"sea/broken.jpg", "forest/letter.txt"}
    assert all(f"Skipped {skipped['file']}: {skipped['reason']}" in told for skipped in found["skipped"])
    assert found["pictures"] == len(DRAWINGS)


def test_a_limit_takes_so_many_pictures_and_is_written_down(drawn: Path) -> None:
    found = figures(drawn, "--model", "compact", "--limit", "20")

    assert (found["pictures"], found["settings"]["limit"]) == (20, 20)
    assert sum(word["shown"] for word in found["search"]["words"]) > 5


def test_progress_is_shown_in_pictures(drawn: Path) -> None:
    err = StringIO()

    run(drawn, "--model", "compact", stderr=err)

    assert "100 % of 90 pictures" in err.getvalue()


def test_nothing_is_written_to_the_library(few: Path, settings: Settings) -> None:
    media = Path(settings.MEDIA_ROOT)
    before = sorted(media.rglob("*"))

    run(few, "--model", "compact")

    assert (Photo.objects.count(), Tag.objects.count()) == (0, 0)
    assert sorted(media.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "nowhere is not a folder"),
        (["empty"], "nothing to evaluate in empty"),
        (["few", "--model", "nothing"], "models add nothing"),
        (["few", "--model", "placeholder"], "looks at file names"),
        (["strange"], "knows nothing of what is said of these pictures: xyzzy"),
        (["few", "--limit", "0"], "--limit must be at least 1"),
        (["texts", "--model", "compact"], "None of these files is a picture.*\nSkipped sea/1.png: "),
    ],
)
def test_what_cannot_be_measured_is_told(
    arguments: list[str], reason: str, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(few.parent)
    Path("empty").mkdir()
    shutil.copytree(few / "sea", "strange/xyzzy")
    Path("texts/sea").mkdir(parents=True)
    Path("texts/sea/1.png").write_text("not a picture")

    with pytest.raises(CommandError, match=reason):
        run(*arguments)
