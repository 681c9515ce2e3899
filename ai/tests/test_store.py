from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ai import installing
from ai.manifests import ModelProblem
from ai.store import ModelStore
from ai.tests.clip_models import build_immich

NAME = "ViT-B-32__openai"
GRAPH = "visual/model.onnx"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    built = build_immich(folder / "given").folder
    for name in ("mine", NAME):
        installing.add(folder / "models", name, built, lambda *_: None)
    return folder / "models"


@pytest.fixture
def models(installed: Path, tmp_path: Path) -> Path:
    """A store of two models that a test may break."""
    return Path(shutil.copytree(installed, tmp_path / "models"))


def flip(path: Path, keep_times: bool = False) -> None:
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    if keep_times:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_installed_is_listed_without_what_is_on_its_way(models: Path) -> None:
    (models / ".incoming/half@1").mkdir(parents=True)
    (models / "empty").mkdir()

    assert ModelStore(models).names() == [NAME, "mine"]
    assert ModelStore(models / "nowhere").names() == []


def test_a_whole_model_is_usable(models: Path) -> None:
    model = ModelStore(models).usable("mine")

    assert model.layout.kind == "clip"
    assert model.manifest.size == sum((model.folder / file.path).stat().st_size for file in model.manifest.files)
    assert ModelStore(models).verified("mine") == model == ModelStore(models).model("mine")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(lambda folder: (folder / GRAPH).unlink(), "is missing", id="missing"),
        pytest.param(lambda folder: (folder / GRAPH).write_bytes(b"x"), "cut short", id="cut short"),
        pytest.param(lambda folder: flip(folder / GRAPH), "altered", id="altered"),
        pytest.param(lambda folder: flip(folder / "config.json"), "altered", id="other settings"),
        pytest.param(lambda folder: (folder / "manifest.json").write_text("{"), "manifest", id="no manifest"),
        pytest.param(lambda folder: rewrite(folder / "manifest.json", files=[]), "manifest", id="no files"),
        pytest.param(lambda folder: rewrite(folder / "manifest.json", name="x"), "another model", id="other name"),
        pytest.param(lambda folder: rewrite(folder / "manifest.json", layout="x"), "another model", id="other layout"),
        pytest.param(shutil.rmtree, "not installed", id="gone"),
    ],
)
def test_a_model_that_is_not_as_it_was_is_told_with_the_cure_and_without_paths(
    models: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(models / NAME)

    with pytest.raises(ModelProblem, match=rf"{told}.*`manage.py models fetch {NAME}`.*models add") as problem:
        ModelStore(models).usable(NAME)
    assert str(models) not in str(problem.value)


def test_a_model_nobody_knows_can_only_be_added(models: Path) -> None:
    with pytest.raises(ModelProblem, match=r"Run `manage\.py models add other --from DIR`"):
        ModelStore(models).usable("other")


@pytest.mark.parametrize("name", ["", "..", "../models/mine", ".incoming"])
def test_a_name_that_is_none_leads_nowhere(models: Path, name: str) -> None:
    with pytest.raises(ModelProblem, match=r"cannot be the name of a model: see `manage.py models list`\.$"):
        ModelStore(models).usable(name)


def test_files_are_read_once_and_not_again_until_they_change(models: Path) -> None:
    store = ModelStore(models)
    store.usable("mine")
    flip(models / "mine" / GRAPH, keep_times=True)

    assert store.usable("mine"), "nothing tells that it changed"
    with pytest.raises(ModelProblem, match="altered"):
        store.verified("mine")


def test_a_copy_of_a_model_is_read_again(models: Path, tmp_path: Path) -> None:
    flip(models / "mine" / GRAPH, keep_times=True)

    shutil.copytree(models, tmp_path / "copied")

    with pytest.raises(ModelProblem, match="altered"):
        ModelStore(tmp_path / "copied").usable("mine")


def test_a_note_of_the_last_reading_that_is_lost_or_torn_only_costs_time(models: Path) -> None:
    (models / "mine/.checked.json").write_text("{")
    (models / NAME / ".checked.json").unlink()
    (models / NAME / ".checked.json").mkdir()

    assert ModelStore(models).usable("mine")
    assert ModelStore(models).usable(NAME)
