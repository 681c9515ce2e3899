from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos.names import clean_name, stored_filename

NOON = datetime(2023, 10, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\\..\\b.jpg", "b.jpg"),
        ("C:\\Users\\me\\Strand bei Nacht.JPG", "Strand bei Nacht.JPG"),
        ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
        ("nul\0byte.jpg", "nulbyte.jpg"),
        ("  two   spaces .png ", "two spaces.png"),
        ("東京タワー.heic", "東京タワー.heic"),
        ("", "photo"),
        ("..", "photo"),
        ("folder/", "photo"),
        ("\0\u202e", "photo"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
    ],
)
def test_a_name_is_cleaned_to_be_shown(raw: str, shown: str) -> None:
    assert clean_name(raw) == shown


def test_a_long_name_keeps_its_extension() -> None:
    shown = clean_name("x" * 400 + ".jpeg")

    assert len(shown) == 255
    assert shown.endswith("xx.jpeg")


def test_the_stored_name_is_stem_and_moment_and_the_extension_of_the_content() -> None:
    assert stored_filename("photo.jpg", ".jpg", NOON) == "photo_20231023_120000.jpg"
    assert stored_filename("photo.jpg", ".heic", NOON, "_a1b2") == "photo_20231023_120000_a1b2.heic"


def test_the_moment_is_told_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert stored_filename("photo.jpg", ".jpg", NOON.astimezone(tokyo)) == "photo_20231023_120000.jpg"


@pytest.mark.parametrize(
    ("original", "stem"),
    [
        ("my holiday (3).jpg", "my_holiday_3"),
        ("-rf.jpg", "rf"),
        (".hidden.jpg", "hidden"),
        ("CON.jpg", "_CON"),
        ("com1.tar.gz", "_com1.tar"),
        ("console.jpg", "console"),
        ('quo"te;name=.jpg', "quo_te_name"),
        ("Übersee 東京.jpg", "Übersee_東京"),
        ("???.jpg", "photo"),
        ("../../etc/passwd", "passwd"),
    ],
)
def test_the_stem_is_safe_for_files_and_headers(original: str, stem: str) -> None:
    assert stored_filename(original, ".jpg", NOON) == f"{stem}_20231023_120000.jpg"


def test_a_stored_name_fits_a_file_system_that_counts_bytes() -> None:
    stored = stored_filename("京" * 200 + ".jpg", ".jpg", NOON, "_a1b2c3")

    assert len(stored.encode()) <= 255
    assert stored.endswith("_20231023_120000_a1b2c3.jpg")


@given(st.text(max_size=600))
def test_no_name_is_empty_too_long_or_a_path(raw: str) -> None:
    shown, stored = clean_name(raw), stored_filename(raw, ".jpg", NOON)

    assert 0 < len(shown) <= 255
    assert len(stored.encode()) <= 255
    assert not set("/\\\0\r\n") & set(shown + stored)
    assert not stored.startswith((".", "-", " "))
    assert clean_name(shown) == shown
