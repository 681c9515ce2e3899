from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from photos import pipeline
from photos.imports.earlier import EarlierSource, NotALibrary
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Became
from photos.models import Embedding, Photo
from photos.tests.factories import at
from photos.tests.pictures import jpeg, on_disk

NOW = at("2024-05-01 12:00")
_TABLE = (
    "CREATE TABLE photo (id INTEGER NOT NULL, filename VARCHAR NOT NULL, filepath VARCHAR NOT NULL,"
    " tags VARCHAR NOT NULL, caption VARCHAR NOT NULL, embedding VARCHAR, created_at DATETIME NOT NULL,"
    " PRIMARY KEY (id))"
)
BOAT = (7, "my boat_20231023_120000_123.jpg", '["Boat", "harbour"]', "A boat at sea", "2023-10-23 12:00:00.123000")
GONE = (9, "gone_20231023_120000_124.jpg", "[]", "", "2023-10-23 12:00:00")
TREE = (12, "tree_20231024_080000_001.png", "no json", "", "2023-10-24 08:00:00")


@pytest.fixture
def earlier(tmp_path: Path, media: Path) -> EarlierSource:  # noqa: ARG001 - a media folder of its own
    """A library of the earlier service: three photos, the file of one lost."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    on_disk(uploads, jpeg(colour="red"), BOAT[1])
    on_disk(uploads, jpeg(colour="green"), TREE[1])
    with closing(sqlite3.connect(tmp_path / "photos.db")) as database:
        database.execute(_TABLE)
        for number, name, tags, caption, created in (BOAT, GONE, TREE):
            row = (number, name, f"uploads/{name}", tags, caption, json.dumps([0.1] * 512), created)
            database.execute("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        database.commit()
    return EarlierSource(tmp_path / "photos.db", uploads)


def taken_over(source: EarlierSource, owner: User) -> Report:
    report = Report()
    bring_in(source, Plan(owner), lambda: NOW, lambda *_: None, report)
    return report


def test_numbers_names_dates_tags_and_captions_are_kept(earlier: EarlierSource, owner: User) -> None:
    before = earlier.database.read_bytes()

    report = taken_over(earlier, owner)
    boat = pipeline.analyse(Photo.objects.get(pk=7), NOW)

    assert (boat.filename, boat.original_name, boat.caption) == (BOAT[1], "my boat.jpg", "A boat at sea")
    assert boat.created_at.isoformat() == "2023-10-23T12:00:00.123000+00:00"
    of_file = set(boat.photo_tags.filter(source="file").values_list("tag__name", flat=True))
    assert of_file == {"boat", "harbour"}
    assert Photo.objects.get(pk=12).created_at == at("2023-10-24 08:00")
    assert report.became[Became.NEW] == 2
    assert earlier.database.read_bytes() == before


def test_its_placeholder_vectors_are_not_taken(earlier: EarlierSource, owner: User) -> None:
    taken_over(earlier, owner)

    assert not Embedding.objects.exists()
    assert set(Photo.objects.values_list("status", flat=True)) == {"queued"}


def test_a_missing_file_is_a_failure_and_named(earlier: EarlierSource, owner: User) -> None:
    (line,) = taken_over(earlier, owner).left()

    assert (line["why"], line["failed"]) == ("The file of photo 9 is missing.", True)


def test_a_second_run_changes_nothing(earlier: EarlierSource, owner: User) -> None:
    taken_over(earlier, owner)

    again = taken_over(earlier, owner)

    assert (again.became[Became.NEW], again.became[Became.THERE]) == (0, 2)


def test_new_photos_get_numbers_behind_the_old_ones(earlier: EarlierSource, owner: User, make_photo: object) -> None:
    taken_over(earlier, owner)

    assert make_photo().pk > 12  # type: ignore[operator]


def test_a_library_in_which_a_number_is_taken_is_refused(
    earlier: EarlierSource, owner: User, make_photo: object
) -> None:
    make_photo(pk=12)  # type: ignore[operator]

    with pytest.raises(NotALibrary, match="The number 12"):
        taken_over(earlier, owner)

    assert Photo.objects.count() == 1


@pytest.mark.parametrize("data", [b"no database", b""])
@pytest.mark.usefixtures("owner")
def test_another_file_is_refused_in_words(earlier: EarlierSource, data: bytes) -> None:
    earlier.database.write_bytes(data)

    with pytest.raises(CommandError, match="no database of the earlier service"):
        call_command(
            "import_photos", "--from-cloudzy", str(earlier.database), "--uploads", str(earlier.uploads), "--dry-run"
        )


def test_the_database_alone_is_not_enough(earlier: EarlierSource) -> None:
    with pytest.raises(CommandError, match="both --from-cloudzy DB and --uploads DIR"):
        call_command("import_photos", "--from-cloudzy", str(earlier.database))
