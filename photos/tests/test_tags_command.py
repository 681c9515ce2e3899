from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from ai.fakes import PALETTE
from jobs.models import Run
from photos.models import Photo, TagCalibration, VocabularyWord
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

RED = [float(colour == "red") for colour in PALETTE] + [0.0] * 20


def tags(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("tags", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    for colour in ("red", "blue"):
        (tmp_path / colour).mkdir()
        for number in range(3):
            (tmp_path / colour / f"{number}.jpg").write_bytes(jpeg(colour=colour, comment=f"{number}"))
    return tmp_path


def test_the_list_shows_words_with_their_photos_and_what_counts(make_photo: Callable[..., Photo]) -> None:
    make_photo(tags=["red", "dog"])
    make_photo(tags=["dog"]).remove_tags(["dog"])
    VocabularyWord.objects.create(word="red")
    VocabularyWord.objects.filter(word="dog").switch(False)

    lines = [line.split() for line in tags("list").splitlines()]

    assert lines[0][:2] == ["word", "photos"]
    assert ["red", "1", "0", "0.2"] in lines
    assert ["dog", "1", "1", "off"] in [line[:4] for line in lines]
    assert not any(line[0] == "wedding" for line in lines)
    assert "wedding" in tags("list", "--all")


def test_calibrate_tells_what_it_found_and_keeps_it(labelled: Path) -> None:
    told = tags("calibrate", str(labelled))

    assert "measured on 6 pictures in 2 folders" in told
    assert "calibration error" in told
    assert [line.split()[0] for line in told.splitlines()[1:4]] == ["calibration", "before", "after"]
    assert TagCalibration.objects.count() == 1
    assert tags("calibrate", "--undo") == "The measure before counts again.\n"
    assert not TagCalibration.objects.exists()


def test_a_dry_run_keeps_nothing(labelled: Path) -> None:
    assert "temperature" in tags("calibrate", str(labelled), "--dry-run")

    assert not TagCalibration.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("calibrate", "--undo"), "nothing to take back"),
        (("calibrate", "nowhere"), "is not a folder"),
        (("calibrate",), "it takes 200"),
        (("import", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_says_why(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        tags(*arguments)


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="CLOUDZY_ENCODER_DIR"):
        tags("retag", "--now")


def test_retag_is_a_job_or_done_at_once(
    make_photo: Callable[..., Photo], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    photo = make_photo(embedding=RED)
    with django_capture_on_commit_callbacks(execute=True):
        assert tags("retag") == "Queued.\n"
        tags("retag")

    assert Run.objects.count() == 1
    assert photo.tag_names == []
    assert "1 photos looked at, 1 changed, 1 tags written." in tags("retag", "--now")
    assert photo.tag_names == ["red"]


def test_words_go_out_into_a_file_and_come_in_again(tmp_path: Path) -> None:
    VocabularyWord.objects.create(word="borzette", translations={"de": ["mondhündchen"]}, threshold=0.4)
    file = tmp_path / "words.json"

    tags("export", str(file))
    VocabularyWord.objects.get(word="borzette").delete()

    assert "mondhündchen" in file.read_text(encoding="utf-8")
    assert [entry["word"] for entry in json.loads(file.read_text(encoding="utf-8"))["words"]] == ["borzette"]
    assert tags("import", str(file)) == "1 words added, 0 changed.\n"
    assert VocabularyWord.objects.get(word="borzette").threshold == 0.4
    tags("export", str(file), "--all")
    assert len(json.loads(file.read_text(encoding="utf-8"))["words"]) == VocabularyWord.objects.count()


def test_words_that_cannot_be_are_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "words.json"
    file.write_text('{"format": 1, "words": [{"word": "borzette", "synonyms": ["dog"]}]}')

    with pytest.raises(CommandError, match=r"Nothing was taken in\. borzette: 'dog' is a word of its own\."):
        tags("import", str(file))
    file.write_bytes(b"\xff\xfe no text")
    with pytest.raises(CommandError, match="no list of words"):
        tags("import", str(file))
