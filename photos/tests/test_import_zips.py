"""ZIPs named on the command line: taken like the folders they hold, and as carefully as those that are uploaded."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from photos import integrity, spool
from photos.archives import unpacking
from photos.errors import DiskFull
from photos.grouping import groupings
from photos.imports.importing import ImportHalted, Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Became, Manner
from photos.imports.walking import FolderSource
from photos.imports.zips import ZipPlace, ZipSource
from photos.models import Photo
from photos.tests.factories import at
from photos.tests.pictures import encoded, jpeg, noise, truncated
from photos.tests.requesting import files_below
from photos.tests.zipped import encrypted, with_link, zipped

NOW = at("2024-05-01 12:00")
NOTES = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"

Run = Callable[..., Report]


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


@pytest.fixture
def run(tmp_path: Path, owner: User) -> Run:
    """Import a ZIP with these bytes; return the report."""

    def once(data: bytes, albums: bool = False, dry_run: bool = False) -> Report:
        path = tmp_path / "summer.zip"
        path.write_bytes(data)
        report = Report()
        plan = Plan(owner, Manner.COPY, dry_run)
        bring_in(ZipSource([ZipPlace(path)], albums), plan, lambda: NOW, lambda *_: None, report)
        return report

    return once


def left(report: Report) -> dict[str, tuple[str, bool]]:
    return {line["path"].partition("summer.zip/")[2]: (line["why"], line["failed"]) for line in report.left()}


def test_the_folders_of_a_zip_are_taken_like_any(run: Run, media: Path) -> None:
    report = run(
        zipped({"Rome/a.jpg": jpeg(), "Rome/a.jpg.xmp": NOTES, "b.jpg": jpeg(colour="blue"), "b.txt": b"words"}),
        albums=True,
    )

    first, second = Photo.objects.order_by("original_name")
    (albums,) = [grouping for grouping in groupings() if grouping.kind == "albums"]
    assert (report.became[Became.NEW], report.sidecars, report.files) == (2, 1, 4)
    assert (first.folder, second.folder) == ("summer/Rome", "summer")
    assert first.file_modified_at == at("2019-05-21 10:45:52")
    assert [file.name for file in first.files.all()] == ["a.jpg.xmp"]
    assert {pk: list(titles) for pk, titles in albums.titles([first.pk, second.pk]).items()} == {
        first.pk: ["Rome"],
        second.pk: ["summer"],
    }
    assert left(report) == {"b.txt": ("This is a text file, not a photo we can read.", False)}
    assert list((media / ".incoming").iterdir()) == []
    assert list(integrity.faults(NOW + timedelta(hours=5))) == []


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (zipped({"../out.jpg": jpeg()}), "../out.jpg", "Its path leads out of the archive."),
        (with_link("a.jpg", "/etc/passwd"), "a.jpg", "It is a symbolic link, or no ordinary file."),
        (encrypted(zipped({"a.jpg": jpeg()})), "a.jpg", "It is encrypted."),
        (zipped({"in.zip": zipped({})}), "in.zip", "It is an archive itself. Unpack it and send what is in it."),
        (zipped({"a.jpg": b"words"}), "a.jpg", "This is a text file, not a photo we can read."),
        (zipped({"a.jpg": b""}), "a.jpg", "The file is empty."),
    ],
    ids=["outside", "link", "encrypted", "nested", "no photo", "empty"],
)
def test_what_a_zip_may_not_hold_is_refused_one_by_one(run: Run, data: bytes, name: str, why: str) -> None:
    assert left(run(data)) == {name: (why, True)}
    assert not Photo.objects.exists()


def test_a_damaged_file_is_named_and_the_others_come(run: Run) -> None:
    cut = truncated(encoded(noise(), "JPEG"), 0.9)
    whole = zipped({"a.jpg": jpeg(), "b.jpg": jpeg(colour="blue"), "cut.jpg": cut})
    report = run(whole.replace(jpeg(), jpeg()[:-10] + b"0123456789", 1))

    assert set(left(report)) == {"a.jpg", "cut.jpg"}
    assert Photo.objects.get().original_name == "b.jpg"


def test_a_bomb_gives_no_more_than_it_may(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 0)
    packed = zipped({"a.bmp": bytes(20 * 2**20), "b.jpg": jpeg()}, zipfile.ZIP_DEFLATED)

    report = run(packed)

    assert {why for why, _ in left(report).values()} == {
        "The archive has unpacked to far more than one of photos can. The rest of it is not taken."
    }
    assert set(left(report)) == {"a.bmp", "b.jpg"}


def test_two_files_of_one_path_are_told_of(run: Run) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped_twice("a.jpg", jpeg(), jpeg(colour="blue"))

    report = run(data)

    assert (report.became[Became.NEW], list(left(report))) == (1, ["a.jpg"])


def test_a_second_run_takes_nothing_twice_and_a_dry_one_takes_nothing(run: Run) -> None:
    data = zipped({"a.jpg": jpeg(), "a.jpg.xmp": NOTES})

    dry = run(data, dry_run=True)
    there = Photo.objects.count()
    run(data)
    again = run(data)

    assert (dry.became[Became.NEW], dry.sidecars, there) == (1, 1, 0)
    assert (again.became[Became.THERE], again.sidecars, again.left_out, Photo.objects.count()) == (1, 1, 0, 1)


def test_a_disk_that_fills_up_halts_it_and_leaves_nothing(
    run: Run, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(spool, "_copy", full)

    with pytest.raises(ImportHalted):
        run(zipped({"a.jpg": jpeg()}))

    assert files_below(media) == []


@pytest.mark.usefixtures("owner")
def test_the_command_takes_zips_and_says_what_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(zipped({"a.jpg": jpeg()}))
    bad.write_bytes(good.read_bytes()[:-30])

    call_command("import_photos", str(good), "--dry-run")
    with pytest.raises(CommandError, match=r"bad\.zip: This is no ZIP, or only a part of one"):
        call_command("import_photos", str(good), str(bad))
    with pytest.raises(CommandError, match="--move takes no files out of a ZIP"):
        call_command("import_photos", str(good), "--move")

    assert "1 files: 1 would be new" in capsys.readouterr().out
    assert not Photo.objects.exists()


def test_a_zip_in_a_folder_is_left_and_how_to_take_it_is_said(owner: User, tmp_path: Path) -> None:
    (tmp_path / "old.zip").write_bytes(zipped({"a.jpg": jpeg()}))
    report = Report()

    bring_in(FolderSource([tmp_path]), Plan(owner), lambda: NOW, lambda *_: None, report)

    (line,) = report.left()
    assert line["why"].endswith("not a photo we can read. To take in what is in it, name it by itself.")


def zipped_twice(name: str, *contents: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for data in contents:
            archive.writestr(name, data)
    return buffer.getvalue()
