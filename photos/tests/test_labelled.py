from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from photos.labelled import LabelledSet, NoLabelledSet, read_labelled
from photos.tests.pictures import plain

COLOURS = ("red", "green", "blue", "white")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One folder for each of four colours, with one picture in it."""
    for colour in COLOURS:
        (tmp_path / colour).mkdir()
        plain((8, 8), colour).save(tmp_path / colour / "1.png")
    return tmp_path


def said(labelled: LabelledSet) -> dict[str, set[str]]:
    return {picture.name: set(picture.labels) for picture in labelled.pictures}


def describe(folder: Path, entries: Any) -> None:
    (folder / "captions.json").write_text(json.dumps(entries), encoding="utf-8")


def test_a_folder_says_what_its_files_show(folder: Path) -> None:
    labelled = read_labelled(folder)

    assert said(labelled) == {f"{colour}/1.png": {colour} for colour in COLOURS}
    assert labelled.skipped == ()
    assert {picture.path.is_file() for picture in labelled.pictures} == {True}


def test_the_same_bytes_in_two_folders_are_one_picture_with_two_labels(folder: Path) -> None:
    shutil.copy(folder / "red" / "1.png", folder / "blue" / "another name.png")

    labels = [set(picture.labels) for picture in read_labelled(folder).pictures]

    assert len(labels) == 4
    assert {"red", "blue"} in labels
    assert {"red"} not in labels


def test_names_of_folders_are_read_as_tags_are(tmp_path: Path) -> None:
    (tmp_path / "Birthday_Cake ").mkdir()
    plain((8, 8)).save(tmp_path / "Birthday_Cake " / "1.png")

    assert [set(picture.labels) for picture in read_labelled(tmp_path).pictures] == [{"birthday cake"}]


def test_hidden_files_and_files_beside_the_folders_are_left_alone(folder: Path) -> None:
    (folder / "notes.txt").write_text("not a picture")
    (folder / "red" / ".DS_Store").write_text("not a picture")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "1.png").write_text("not a picture")

    assert len(read_labelled(folder).pictures) == 4


def test_any_first_part_is_the_same_and_does_not_follow_the_folders(tmp_path: Path) -> None:
    for label in ("first", "second"):
        (tmp_path / label).mkdir()
        for shade in range(30):
            image = plain((8, 8))
            image.putpixel((0, 0), (shade, len(label), 0))
            image.save(tmp_path / label / f"{shade}.png")

    labels = [picture.labels for picture in read_labelled(tmp_path).pictures[:30]]

    assert 5 < labels.count(frozenset({"first"})) < 25
    assert labels == [picture.labels for picture in read_labelled(tmp_path).pictures[:30]]


def test_captions_and_tags_come_from_a_list(folder: Path) -> None:
    describe(
        folder,
        [
            {"file": "red/1.png", "captions": [" a red wall ", ""], "tags": ["Red", "wall", " "]},
            {"file": "blue/1.png", "captions": ["the sea"]},
            {"file": "white/1.png"},
        ],
    )

    pictures = {picture.name: picture for picture in read_labelled(folder).pictures}

    assert set(pictures) == {"red/1.png", "blue/1.png", "white/1.png"}, "what is not listed is no part of it"
    assert pictures["red/1.png"].captions == ("a red wall",)
    assert pictures["red/1.png"].labels == {"red", "wall"}
    assert (pictures["blue/1.png"].captions, pictures["blue/1.png"].labels) == (("the sea",), frozenset())


def test_two_entries_of_the_same_bytes_are_one_picture_with_all_captions(folder: Path) -> None:
    shutil.copy(folder / "red" / "1.png", folder / "copy.png")
    describe(
        folder, [{"file": "red/1.png", "captions": ["red", "wall"]}, {"file": "copy.png", "captions": ["wall", "rot"]}]
    )

    assert [picture.captions for picture in read_labelled(folder).pictures] == [("red", "wall", "rot")]


def test_a_listed_file_that_is_not_there_is_named(folder: Path) -> None:
    describe(folder, [{"file": "red/1.png"}, {"file": "red/2.png"}])

    labelled = read_labelled(folder)

    assert len(labelled.pictures) == 1
    assert [(one.file, one.reason) for one in labelled.skipped] == [("red/2.png", "No such file or directory")]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"file": "red/1.png"}, "is not a list"),
        (["red/1.png"], 'entry 1 has no "file"'),
        ([{"file": "red/1.png"}, {"captions": ["x"]}], 'entry 2 has no "file"'),
        ([{"file": "../secret.png"}], "entry 1 is not a file of this folder"),
        ([{"file": "/etc/passwd"}], "entry 1 is not a file of this folder"),
        ([{"file": "red/1.png", "captions": "a red wall"}], '"captions" of entry 1'),
        ([{"file": "red/1.png", "tags": [1]}], '"tags" of entry 1'),
        ([], "nothing to evaluate"),
    ],
)
def test_a_list_that_is_not_what_it_must_be_is_refused(folder: Path, entries: Any, reason: str) -> None:
    describe(folder, entries)

    with pytest.raises(NoLabelledSet, match=reason):
        read_labelled(folder)


def test_a_list_that_is_no_json_is_refused(folder: Path) -> None:
    (folder / "captions.json").write_text("[{")

    with pytest.raises(NoLabelledSet, match="is not JSON"):
        read_labelled(folder)


def test_a_folder_without_pictures_says_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "dog").mkdir()

    with pytest.raises(NoLabelledSet, match="a folder for each word"):
        read_labelled(tmp_path)
    with pytest.raises(NoLabelledSet, match="is not a folder"):
        read_labelled(tmp_path / "cat")
