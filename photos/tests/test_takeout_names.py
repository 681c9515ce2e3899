from __future__ import annotations

from pathlib import Path

import pytest

from photos.imports.takeout_names import NotesByName

LONG = "a_photo_with_a_name_that_google_has_cut_off_at_47"  # 49 characters


@pytest.mark.parametrize(
    ("photo", "notes"),
    [
        ("x.jpg", "x.jpg.json"),
        ("X.JPG", "X.JPG.json"),
        ("x.jpg", "x.json"),
        ("x.jpg", "x.jpg.supplemental-metadata.json"),
        ("x.jpg", "x.jpg.suppl.json"),
        ("IMG_20190521_104552123_HDR.jpg", "IMG_20190521_104552123_HDR.jpg.supplemental-me.json"),
        ("20190521_104552000_iOS_with_more.jpg", "20190521_104552000_iOS_with_more.jpg.supplemen.json"),
        (f"{LONG[:47]}.jpg", f"{LONG[:46]}.json"),
        ("x(1).jpg", "x.jpg(1).json"),
        ("x(1).jpg", "x(1).jpg.json"),
        ("x(12).jpg", "x.jpg.supplemental-metadata(12).json"),
        ("x(2).jpg", "x.jpg.supplem(2).json"),
        ("x-edited.jpg", "x.jpg.json"),
        ("x-edited.jpg", "x.HEIC.supplemental-metadata.json"),
        ("x-edited(1).jpg", "x.jpg(1).json"),
        ("x-bearbeitet.jpg", "x.jpg.json"),
        ("IMG_1234.MP4", "IMG_1234.HEIC.json"),
        ("Cafe\u0301.jpg", "Caf\u00e9.jpg.json"),
    ],
)
def test_a_photo_finds_its_notes(photo: str, notes: str) -> None:
    others = [Path("y.jpg.json"), Path("x.png.json"), Path("metadata.json")]

    assert NotesByName([*others, Path(notes)]).of(photo) == Path(notes)


@pytest.mark.parametrize(
    ("photo", "notes"),
    [
        ("x.jpg", "x.jpg(1).json"),
        ("x(1).jpg", "x.jpg.json"),
        ("x.jpg", "xy.jpg.json"),
        ("photo.jpg", "phot.json"),
        ("x.jpg", "x.jpg.other-metadata.json"),
        ("x.jpg", "metadata.json"),
    ],
)
def test_the_notes_of_another_are_not_taken(photo: str, notes: str) -> None:
    assert NotesByName([Path(notes)]).of(photo) is None


def test_namesakes_are_told_apart() -> None:
    notes = NotesByName(Path(name) for name in ("x.jpg.json", "x.jpg(1).json", "x.jpg.supplemental-metadata(2).json"))

    found = [notes.of(name) for name in ("x.jpg", "x(1).jpg", "x(2).jpg", "x(3).jpg")]

    assert [path and path.name for path in found] == [
        "x.jpg.json",
        "x.jpg(1).json",
        "x.jpg.supplemental-metadata(2).json",
        None,
    ]


def test_the_fuller_name_wins() -> None:
    notes = NotesByName(Path(name) for name in ("IMG.json", "IMG.jpg.json"))

    assert notes.of("IMG.jpg") == Path("IMG.jpg.json")
