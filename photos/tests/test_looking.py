from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai.fakes import FakeEncoder
from photos.labelled import LabelledPicture, Skipped
from photos.looking import look_at
from photos.tests.pictures import plain

ENOUGH = 10_000
COLOURS = ("red", "green", "blue", "yellow", "white", "black") * 6


def pictures_in(folder: Path) -> list[LabelledPicture]:
    return [LabelledPicture(path, path.name, frozenset(), ()) for path in sorted(folder.iterdir())]


def test_every_picture_has_its_vector_in_its_place(tmp_path: Path) -> None:
    for number, colour in enumerate(COLOURS):
        plain((20, 30), colour).save(tmp_path / f"{number:02}.png")
    encoder = FakeEncoder()

    seen = look_at(encoder, pictures_in(tmp_path), ENOUGH, lambda *_: None)

    assert [picture.name for picture in seen.pictures] == [f"{number:02}.png" for number in range(36)]
    assert seen.vectors == pytest.approx(encoder.embed_images([plain((20, 30), colour) for colour in COLOURS]))
    assert (seen.decode_s > 0, seen.embed_s > 0, seen.skipped) == (True, True, ())


def test_files_that_cannot_be_read_are_named_and_the_others_keep_their_places(tmp_path: Path) -> None:
    for number, colour in enumerate(COLOURS[:4]):
        plain((20, 30), colour).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_text("not a picture")
    (tmp_path / "2.png").write_bytes((tmp_path / "2.png").read_bytes()[:60])
    plain((200, 200)).save(tmp_path / "4.png")
    pictures = pictures_in(tmp_path)
    (tmp_path / "3.png").unlink()

    seen = look_at(FakeEncoder(), pictures, ENOUGH, lambda *_: None)

    assert [picture.name for picture in seen.pictures] == ["0.png"]
    assert seen.vectors.shape == (1, FakeEncoder.dimension)
    assert [skipped.file for skipped in seen.skipped] == ["1.png", "2.png", "3.png", "4.png"]
    assert "200 x 200 pixels" in seen.skipped[3].reason
    assert seen.skipped[2] == Skipped("3.png", "No such file or directory")


def test_progress_begins_with_nothing_and_ends_with_all(tmp_path: Path) -> None:
    for number in range(20):
        plain((4, 4)).save(tmp_path / f"{number:02}.png")
    told: list[tuple[int, int]] = []

    look_at(FakeEncoder(), pictures_in(tmp_path), ENOUGH, lambda done, total: told.append((done, total)))

    assert told == [(0, 20), (16, 20), (20, 20)]


def test_without_pictures_there_is_nothing(tmp_path: Path) -> None:
    seen = look_at(FakeEncoder(), pictures_in(tmp_path), ENOUGH, lambda *_: None)

    assert seen.vectors.shape == (0, FakeEncoder.dimension)
    assert seen.vectors.dtype == np.float32
