"""`manage.py models` and the models that write captions."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ai.captioners.base import CaptionerUnavailable
from ai.fakes import FakeCaptioner
from ai.tests.clip_models import build_immich
from ai.tests.hub_server import serving
from ai.tests.tiny_captioner import Kind, write_captioner
from photos.tests.pictures import jpeg


@pytest.fixture(autouse=True)
def models(settings: Settings, tmp_path: Path) -> Path:
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    return settings.CLOUDZY_MODELS_DIR


@pytest.fixture
def given(tmp_path: Path) -> str:
    return str(write_captioner(tmp_path / "given", Kind("blip", merged=True), seed=1))


@pytest.fixture
def picture(tmp_path: Path) -> str:
    (tmp_path / "a.jpg").write_bytes(jpeg(colour="blue"))
    return str(tmp_path / "a.jpg")


def run(*arguments: str) -> str:
    """Run `manage.py models ...`; return what it says."""
    out = StringIO()
    call_command("models", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_captioner_is_added_listed_verified_and_its_use_is_told(given: str) -> None:
    told = run("add", "speaker", "--from", given)

    assert "speaker is installed (added from a folder, writes captions)" in told
    assert "run `manage.py models use speaker`" in told
    assert "installed (writes captions, 0 MB)" in run("list")
    assert "speaker: good" in run("verify")
    used = run("use", "speaker")
    assert "Set CLOUDZY_CAPTIONER=local:speaker" in used
    assert "process_missing --redescribe" in used


def test_a_captioner_of_the_catalogue_is_fetched_by_its_name(settings: Settings, given: str) -> None:
    with serving(Path(given)) as hub:
        settings.CLOUDZY_MODEL_HUB = hub.address
        told = run("fetch", "vit-gpt2-image-captioning")

    assert "vit-gpt2-image-captioning is installed (Xenova/vit-gpt2-image-captioning@" in told
    assert "run `manage.py models use vit-gpt2-image-captioning`" in told


def test_the_use_of_what_is_not_installed_is_refused_with_the_cure() -> None:
    with pytest.raises(CommandError, match="models add speaker"):
        run("use", "speaker")


def test_a_captioner_is_left_out_of_what_is_measured(given: str, tmp_path: Path) -> None:
    run("add", "speaker", "--from", given)
    with pytest.raises(CommandError, match="No model is installed"):
        run("benchmark")
    run("add", "eyes", "--from", str(build_immich(tmp_path / "eyes").folder))

    told = run("benchmark", "--rounds", "1")

    assert "eyes" in told
    assert "speaker" not in told


@pytest.mark.usefixtures("fake_captioner")
def test_the_captioner_of_the_settings_is_tried_on_one_picture(picture: str) -> None:
    told = run("check-captioner", picture)

    assert "captioner:   seer" in told
    assert "caption:     Mostly blue." in told
    assert "tags:        blue, blue surface" in told
    assert "seconds:     0." in told


def test_any_other_captioner_is_tried_by_its_name(given: str, picture: str) -> None:
    run("add", "speaker", "--from", given)

    told = run("check-captioner", picture, "--captioner", "local:speaker")

    assert "captioner:   speaker" in told
    assert "caption:     A blue." in run("check-captioner", picture, "--captioner", "template")


@pytest.mark.usefixtures("fake_captioner")
def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "b.jpg").write_bytes(b"no picture")

    with pytest.raises(CommandError, match="not a photo we can read"):
        run("check-captioner", str(tmp_path / "b.jpg"))
    with pytest.raises(CommandError, match="No such file"):
        run("check-captioner", str(tmp_path / "c.jpg"))


def test_why_a_captioner_says_nothing_is_told(fake_captioner: FakeCaptioner, picture: str) -> None:
    fake_captioner.error = CaptionerUnavailable("The caption server is busy.")

    with pytest.raises(CommandError, match="is busy"):
        run("check-captioner", picture)
    with pytest.raises(CommandError, match="There is no captioner 'oracle'"):
        run("check-captioner", picture, "--captioner", "oracle")
