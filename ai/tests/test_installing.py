from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from ai import installing
from ai.captioners.local import LocalCaptioner
from ai.catalogue import Order
from ai.encoders.base import EncoderUnavailable
from ai.encoders.opening import open_clip
from ai.fetching import FetchFailed, Hub
from ai.layouts import GRAPH
from ai.manifests import ModelProblem
from ai.store import InstalledModel, ModelStore
from ai.tests.clip_models import SIGLIP, Style, build_immich, build_rclip
from ai.tests.hub_server import COMMIT, Behaviour, FakeHub, serving
from ai.tests.tiny_captioner import Kind, write_captioner

ORDER = Order("tiny", "someone/tiny", "main")
SOURCE = f"someone/tiny@{COMMIT}"
PICTURE = Image.new("RGB", (80, 60), "red")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = build_immich(tmp_path / "published").folder
    (folder / "README.md").write_text("not needed")
    (folder / "visual/model.armnn").write_bytes(b"not needed either")
    return folder


@pytest.fixture
def fake(published: Path) -> Iterator[FakeHub]:
    with serving(published) as hub:
        yield hub


def fetch(models: Path, fake: FakeHub, order: Order = ORDER) -> InstalledModel:
    with Hub(fake.address, lambda _: None, timeout=2) as hub:
        return installing.fetch(models, order, hub, lambda *_: None)


def add(models: Path, name: str, given: Path) -> InstalledModel:
    return installing.add(models, name, given, lambda *_: None)


def left_behind(models: Path) -> list[str]:
    """What is there besides installed models and locks."""
    return sorted(path.name for path in (models / ".incoming").iterdir() if path.suffix != ".lock")


def test_a_fetched_model_is_in_the_store_and_works(models: Path, fake: FakeHub) -> None:
    model = fetch(models, fake)

    encoder = open_clip(ModelStore(models), "tiny", 1, 4)
    assert ModelStore(models).names() == ["tiny"]
    assert (model.manifest.source, model.manifest.dimension, model.manifest.layout) == (SOURCE, 16, "immich")
    assert encoder.embed_images([PICTURE]).shape == (1, 16)
    assert encoder.revision == model.manifest.revision
    assert left_behind(models) == []


def test_only_the_files_needed_are_fetched(models: Path, fake: FakeHub) -> None:
    fetch(models, fake)

    asked = {path.partition(f"{COMMIT}/")[2] for path, _ in fake.asked[1:]}
    assert asked == {file.path for file in ModelStore(models).model("tiny").manifest.files}
    assert len(asked) == 6


def test_progress_grows_to_the_whole(models: Path, fake: FakeHub) -> None:
    told = list[tuple[int, int]]()

    with Hub(fake.address) as hub:
        model = installing.fetch(models, ORDER, hub, lambda done, total: told.append((done, total)))

    assert told == sorted(told)
    assert told[-1] == (model.manifest.size, model.manifest.size)


def test_a_fetch_that_broke_off_leaves_no_model_and_goes_on_later(models: Path, fake: FakeHub) -> None:
    fake.faults = [Behaviour("textual/model.onnx", status=404)]
    with pytest.raises(FetchFailed):
        fetch(models, fake)
    assert ModelStore(models).names() == []
    before = len(fake.asked)

    fetch(models, fake)

    assert ModelStore(models).names() == ["tiny"]
    again = [path for path, _ in fake.asked[before:]]
    assert not [path for path in again if path.endswith("visual/model.onnx")], "what came is kept"


def test_what_came_damaged_is_thrown_away_and_fetched_again(models: Path, fake: FakeHub) -> None:
    whole = fake.files["visual/model.onnx"]
    fake.faults = [Behaviour("visual/model.onnx", body=whole[:-1] + b"?")]
    with pytest.raises(FetchFailed, match="SHA-256"):
        fetch(models, fake)
    assert ModelStore(models).names() == []

    fetch(models, fake)

    assert ModelStore(models).verified("tiny")


def test_files_that_fit_but_do_not_work_are_no_model(models: Path, fake: FakeHub) -> None:
    fake.files["textual/model.onnx"] = fake.files["visual/model.onnx"]

    with pytest.raises(ModelProblem, match="does not work"):
        fetch(models, fake)

    assert ModelStore(models).names() == []


def test_graphs_of_two_spaces_are_no_model(models: Path, fake: FakeHub, tmp_path: Path) -> None:
    other = build_immich(tmp_path / "other", Style(dimension=24))
    fake.files["textual/model.onnx"] = (other.folder / "textual/model.onnx").read_bytes()

    with pytest.raises(ModelProblem, match="do not fit together"):
        fetch(models, fake)


def test_files_of_no_known_layout_are_told(models: Path, fake: FakeHub) -> None:
    del fake.files["visual/preprocess_cfg.json"]

    with pytest.raises(ModelProblem, match="layout"):
        fetch(models, fake)


def test_a_model_that_is_there_is_not_fetched_again(models: Path, fake: FakeHub) -> None:
    first = fetch(models, fake)
    before = len(fake.asked)

    again = fetch(models, fake)

    assert again == first
    assert len(fake.asked) == before + 1, "the hub is asked for the commit only"


def test_a_model_keeps_the_commit_it_was_fetched_at(models: Path, fake: FakeHub) -> None:
    fetch(models, fake)

    fetch(models, fake)

    assert fake.asked[0][0].endswith("/revision/main")
    assert fake.asked[-1][0].endswith(f"/revision/{COMMIT}")


def test_another_model_is_never_put_into_the_place_of_one_in_use(models: Path, fake: FakeHub) -> None:
    first = fetch(models, fake)
    fake.commit = COMMIT[::-1]

    with pytest.raises(ModelProblem, match="another name"):
        fetch(models, fake, Order("tiny", "someone/tiny", fake.commit))
    both = fetch(models, fake, Order("tiny-2", "someone/tiny", fake.commit))

    assert ModelStore(models).verified("tiny") == first
    assert both.manifest.name == "tiny-2"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-5]), id="cut short"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"), id="altered"),
    ],
)
def test_a_damaged_model_is_put_right_by_fetching_it_again(
    models: Path, fake: FakeHub, damage: Callable[[Path], object]
) -> None:
    first = fetch(models, fake)
    damage(models / "tiny/visual" / GRAPH)

    with pytest.raises(ModelProblem, match=f"models fetch {SOURCE} --as tiny"):
        ModelStore(models).usable("tiny")
    again = fetch(models, fake)

    assert again == first
    assert ModelStore(models).verified("tiny") == first
    assert left_behind(models) == []


def test_two_at_once_do_not_install_the_same_model(models: Path, fake: FakeHub) -> None:
    (models / ".incoming").mkdir(parents=True)
    with (models / ".incoming/tiny.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(ModelProblem, match="Another process"):
            fetch(models, fake)

    assert fetch(models, fake).manifest.name == "tiny"


def test_what_is_left_of_another_commit_is_removed(models: Path, fake: FakeHub) -> None:
    stale = models / ".incoming/tiny@old/visual"
    stale.mkdir(parents=True)

    fetch(models, fake)

    assert left_behind(models) == []


def test_a_full_disk_is_told_before_anything_is_fetched(models: Path, fake: FakeHub) -> None:
    fake.told_sizes["visual/model.onnx"] = 10**18

    with pytest.raises(ModelProblem, match="The disk is too full"):
        fetch(models, fake)


def test_a_model_is_added_from_a_folder_without_a_network(models: Path, published: Path) -> None:
    model = add(models, "mine", published)

    assert model.manifest.source == ""
    assert model.manifest.dimension == 16
    assert {path.name for path in model.folder.rglob("*.*")} >= {"manifest.json", "tokenizer.json"}
    assert not (model.folder / "README.md").exists()
    assert open_clip(ModelStore(models), "mine", 1, 4).embed_images([PICTURE]).shape == (1, 16)


def test_the_same_files_are_the_same_space_wherever_they_came_from(
    models: Path, fake: FakeHub, published: Path
) -> None:
    fetched, added = fetch(models, fake), add(models, "mine", published)

    assert fetched.manifest.revision == added.manifest.revision
    assert len(fetched.manifest.revision) == 12


def test_other_files_are_another_space(models: Path, tmp_path: Path) -> None:
    one = add(models, "one", build_immich(tmp_path / "one").folder)
    two = add(models, "two", build_immich(tmp_path / "two", Style(seed=8)).folder)

    assert one.manifest.revision != two.manifest.revision


def test_rclips_files_are_found_wherever_they_lie(models: Path, tmp_path: Path) -> None:
    model = add(models, "rclip", build_rclip(tmp_path / "rclip").folder)

    assert model.manifest.layout == "rclip"
    encoder = open_clip(ModelStore(models), "rclip", 1, 4)
    assert encoder.embed_images([PICTURE]).shape == (1, 16)
    assert encoder.embed_texts(["dog"])[0] is not None


def test_adding_the_same_files_twice_changes_nothing_and_other_ones_are_refused(
    models: Path, published: Path, tmp_path: Path
) -> None:
    first = add(models, "mine", published)

    assert add(models, "mine", published) == first
    with pytest.raises(ModelProblem, match="another name"):
        add(models, "mine", build_immich(tmp_path / "other", Style(kind=SIGLIP)).folder)
    assert ModelStore(models).verified("mine") == first
    shutil.rmtree(models / "mine/textual")
    assert add(models, "mine", published) == first


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "x" * 101])
def test_a_name_that_is_no_plain_folder_is_refused(models: Path, published: Path, name: str) -> None:
    with pytest.raises(ModelProblem, match="cannot be the name"):
        add(models, name, published)


def test_an_export_of_a_captioner_is_gathered_from_its_folders_and_works(models: Path, tmp_path: Path) -> None:
    given = write_captioner(tmp_path / "given", Kind("vit-gpt2", merged=True), seed=1)
    (given / "onnx").mkdir()
    for graph in given.glob("*.onnx"):
        graph.rename(given / "onnx" / graph.name)

    model = add(models, "speaker", given)

    assert (model.manifest.layout, model.manifest.dimension) == ("optimum-merged", 0)
    assert model.setting == "CLOUDZY_CAPTIONER=local:speaker"
    assert LocalCaptioner(model.folder, 1, 60).describe(PICTURE).caption
    with pytest.raises(EncoderUnavailable, match="no encoder"):
        open_clip(ModelStore(models), "speaker", 1, 4)


def test_a_captioner_that_does_not_work_is_not_installed(models: Path, tmp_path: Path) -> None:
    given = write_captioner(tmp_path / "given", Kind("blip", merged=False))
    (given / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelProblem, match="does not work"):
        add(models, "speaker", given)

    assert ModelStore(models).names() == []
