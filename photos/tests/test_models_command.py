from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from ai.catalogue import CATALOGUE
from ai.tests.clip_models import build_immich
from ai.tests.hub_server import COMMIT, Behaviour, FakeHub, serving

DEFAULT = "ViT-B-32__laion2b-s34b-b79k"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def models(settings: Settings, tmp_path: Path) -> Path:
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    return settings.CLOUDZY_MODELS_DIR


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return build_immich(tmp_path / "given").folder


@pytest.fixture
def fake(settings: Settings, given: Path) -> Iterator[FakeHub]:
    with serving(given) as hub:
        settings.CLOUDZY_MODEL_HUB = hub.address
        yield hub


def run(*arguments: str, stderr: StringIO | None = None) -> str:
    """Run `manage.py models ...`; return what it says."""
    out = StringIO()
    call_command("models", *arguments, stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


def line_of(told: str, name: str) -> str:
    return next(line for line in told.splitlines() if line.startswith(name))


def test_the_list_shows_the_catalogue_with_what_tells_models_apart() -> None:
    told = run("list")

    for entry in CATALOGUE.values():
        facts = [entry.dimension or "", f"{entry.megabytes} MB", entry.languages, entry.licence, entry.recall or ""]
        assert all(str(fact) in line_of(told, entry.name) for fact in facts)
    assert "writes captions" in line_of(told, "vit-gpt2-image-captioning")
    assert "default for English" in line_of(told, DEFAULT)
    assert "installed" not in told


def test_the_list_shows_what_is_installed_whether_in_the_catalogue_or_not(given: Path) -> None:
    run("add", "mine", "--from", str(given))
    run("add", DEFAULT, "--from", str(given))

    told = run("list")

    assert "installed (16 numbers a vector, " in line_of(told, "mine")
    assert "installed" in line_of(told, DEFAULT)


def test_the_list_shows_what_is_damaged(given: Path, models: Path) -> None:
    run("add", "mine", "--from", str(given))
    (models / "mine/manifest.json").write_text("{}")

    assert "damaged" in line_of(run("list"), "mine")


@pytest.mark.usefixtures("fake")
def test_a_model_of_the_catalogue_is_fetched_by_its_name() -> None:
    told = run("fetch", DEFAULT)

    assert f"{DEFAULT} is installed (immich-app/{DEFAULT}@{COMMIT}, 16 numbers a vector)" in told
    assert f"manage.py models use {DEFAULT}" in told
    assert f"{DEFAULT}: good" in run("verify")


@pytest.mark.usefixtures("fake")
def test_any_other_model_is_fetched_by_repository_and_revision() -> None:
    assert "mine is installed" in run("fetch", "someone/it@main", "--as", "mine")


def test_a_fetch_that_broke_off_is_told_and_goes_on_the_next_time(fake: FakeHub) -> None:
    fake.faults = [Behaviour("textual/model.onnx", status=404)]
    with pytest.raises(CommandError, match="no such model"):
        run("fetch", DEFAULT)
    assert "installed" not in run("list")

    run("fetch", DEFAULT)

    assert "installed" in line_of(run("list"), DEFAULT)


@pytest.mark.usefixtures("fake")
def test_progress_is_a_bar_on_a_terminal_and_a_few_lines_anywhere_else() -> None:
    terminal, file = Terminal(), StringIO()

    run("fetch", DEFAULT, stderr=terminal)
    run("fetch", "someone/it@main", stderr=file)

    assert "\r" in terminal.getvalue()
    assert f"[{'#' * 40}] 100 %" in terminal.getvalue()
    assert "\r" not in file.getvalue()
    assert "100 %" in file.getvalue()
    assert len(file.getvalue().splitlines()) <= 11


@pytest.mark.parametrize(
    "arguments", [["fetch", "nothing"], ["add", "mine", "--from", "/nowhere"], ["add", "..", "--from", "."]]
)
def test_what_cannot_be_done_is_one_line(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_an_altered_model_fails_the_verification_and_says_what_to_run(given: Path, models: Path) -> None:
    run("add", "good", "--from", str(given))
    run("add", "bad", "--from", str(given))
    (models / "bad/config.json").write_text("{}")
    out = StringIO()

    with pytest.raises(CommandError, match="1 of these models"):
        call_command("models", "verify", stdout=out)

    assert "good: good" in out.getvalue()
    assert "config.json was altered" in out.getvalue()
    assert "models add bad --from DIR" in out.getvalue()


def test_a_benchmark_prints_its_figures_and_writes_them_down(given: Path, tmp_path: Path) -> None:
    run("add", "mine", "--from", str(given))

    told = run("benchmark", "--rounds", "2", "--json", str(tmp_path / "figures.json"))

    figures = json.loads((tmp_path / "figures.json").read_text())
    assert [figure["model"] for figure in figures] == ["mine"]
    assert figures[0]["overhead"] > 0
    assert all(name in told for name in figures[0])


def test_without_a_model_there_is_nothing_to_measure(given: Path, models: Path) -> None:
    with pytest.raises(CommandError, match="No model is installed"):
        run("benchmark")
    run("add", "mine", "--from", str(given))
    shutil.rmtree(models / "mine/visual")
    with pytest.raises(CommandError, match="is missing"):
        run("benchmark")
