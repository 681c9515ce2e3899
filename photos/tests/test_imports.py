from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError

from accounts.models import User
from photos import storage
from photos.errors import DiskFull
from photos.grouping import groupings
from photos.imports import importing
from photos.imports.importing import ImportHalted, Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Became, Manner
from photos.imports.walking import FolderSource
from photos.models import Photo
from photos.tests.factories import at
from photos.tests.pictures import encoded, jpeg, noise, truncated

NOW = at("2023-10-23 12:00")

Import = Callable[..., Report]


@pytest.fixture
def tree(tmp_path: Path, media: Path) -> Path:  # noqa: ARG001 - a media folder of its own
    """Three photos, one of them twice, one damaged, one no photo, one only called so, and notes."""
    root = tmp_path / "Pictures"
    files = {
        "a.jpg": jpeg(colour="red"),
        "a.xmp": b"<x/>",
        "Rome/b.jpg": jpeg(colour="blue"),
        "Rome/again.jpg": jpeg(colour="red"),
        "Rome/c.jpg": jpeg(colour="green"),
        "Rome/cut.jpg": truncated(encoded(noise(), "JPEG"), 0.9),
        "Rome/notes.txt": b"what we saw",
        "Rome/text.jpg": b"what we saw",
        "Rome/.hidden.jpg": jpeg(),
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@pytest.fixture
def run(tree: Path, owner: User) -> Import:
    """Import the tree once; return the report."""

    def once(manner: Manner = Manner.COPY, dry_run: bool = False, albums: bool = False) -> Report:
        report = Report()
        plan = Plan(owner, manner, dry_run)
        bring_in(FolderSource([tree], albums), plan, lambda: NOW, lambda *_: None, report)
        return report

    return once


def left(report: Report) -> dict[str, bool]:
    return {Path(line["path"]).name: line["failed"] for line in report.left()}


def albums() -> dict[str, list[str]]:
    (grouping,) = [grouping for grouping in groupings() if grouping.kind == "albums"]
    names = dict(Photo.objects.values_list("pk", "original_name"))
    return {names[pk]: list(titles) for pk, titles in grouping.titles(names).items()}


def test_every_file_is_taken_or_named_with_the_reason(run: Import) -> None:
    report = run()

    assert (report.became[Became.NEW], report.became[Became.THERE], report.sidecars) == (3, 1, 1)
    assert left(report) == {".hidden.jpg": False, "cut.jpg": True, "notes.txt": False, "text.jpg": True}
    assert (report.files, report.failed) == (9, 2)
    assert [photo.original_name for photo in Photo.objects.order_by("pk")] == ["a.jpg", "b.jpg", "c.jpg"]
    assert Photo.objects.get(original_name="a.jpg").files.get().name == "a.xmp"


def test_a_second_run_takes_nothing_twice(run: Import) -> None:
    run()

    again = run()

    assert (again.became[Became.NEW], again.became[Became.THERE], again.files) == (0, 4, 9)
    assert Photo.objects.count() == 3


@pytest.mark.parametrize("manner", Manner)
def test_an_import_that_breaks_off_anywhere_is_ended_by_the_next(
    run: Import, tree: Path, manner: Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every step of an import that leaves something behind, cut off just before it and just after it.
    class Cut(BaseException):
        pass

    steps = 0

    def cutting(step: Callable[..., object], at_step: int, after: bool) -> Callable[..., object]:
        def cut(*arguments: object, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps == at_step and not after:
                raise Cut
            result = step(*arguments, **options)
            if steps == at_step:
                raise Cut
            return result

        return cut

    hashes = {storage.sha256_of(path) for path in tree.rglob("[abc].jpg")}
    real = {name: getattr(importing, name) for name in ("take", "let_go", "put_into_albums")}
    for at_step in range(1, 6):
        for name, step in real.items():
            monkeypatch.setattr(importing, name, cutting(step, at_step, after=at_step % 2 == 0))
        steps = 0
        with pytest.raises(Cut):
            run(manner, albums=True)
    for name, step in real.items():
        monkeypatch.setattr(importing, name, step)
    run(manner, albums=True)

    assert {storage.sha256_of(storage.path_of(photo.original)) for photo in Photo.objects.all()} == hashes
    assert Photo.objects.count() == 3
    assert albums() == {"a.jpg": ["Pictures", "Rome"], "b.jpg": ["Rome"], "c.jpg": ["Rome"]}
    assert sorted(path.name for path in tree.rglob("[abc]*.jpg")) == (
        ["cut.jpg"] if manner is Manner.MOVE else ["a.jpg", "again.jpg", "b.jpg", "c.jpg", "cut.jpg"]
    )


def test_moving_leaves_what_was_not_taken(run: Import, tree: Path) -> None:
    report = run(Manner.MOVE)

    assert {path.name for path in tree.rglob("*") if path.is_file()} == set(left(report))


def test_a_file_that_cannot_be_taken_away_is_a_failure_and_in_the_library(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "let_go", lambda path, _: "Permission denied." if path.name == "b.jpg" else "")

    report = run(Manner.MOVE)

    (stayed,) = [line for line in report.left() if line["taken"]]
    assert stayed["why"] == "It is in the library, and could not be taken away: Permission denied."
    assert (stayed["failed"], report.files, report.became[Became.NEW]) == (True, 9, 3)


def test_what_should_have_been_linked_and_was_copied_is_counted(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)

    assert run(Manner.LINK).copied == 3


def test_a_dry_run_changes_nothing_and_says_what_would_become_of_each_file(run: Import, media: Path) -> None:
    report = run(Manner.MOVE, dry_run=True, albums=True)

    assert (report.became[Became.NEW], report.sidecars, report.files) == (4, 1, 9)
    assert left(report) == {".hidden.jpg": False, "cut.jpg": True, "notes.txt": False, "text.jpg": True}
    assert (Photo.objects.count(), media.exists()) == (0, False)


@pytest.mark.parametrize(
    ("problem", "said"),
    [(DiskFull(), "The disk is full."), (OperationalError("locked"), "The database cannot be written: locked.")],
)
def test_what_hinders_all_files_halts_the_import(
    run: Import, monkeypatch: pytest.MonkeyPatch, problem: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(importing, "take", fail)

    with pytest.raises(ImportHalted, match=said):
        run()


def test_a_database_that_was_locked_for_a_while_is_tried_again(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def locked_at_first(*arguments: object) -> object:
        attempts.append(arguments)
        if len(attempts) < importing.TRIES:
            raise OperationalError("database is locked")
        return take(*arguments)  # type: ignore[arg-type]

    take = importing.take
    monkeypatch.setattr(importing, "take", locked_at_first)

    assert run().became[Became.NEW] == 3


def test_progress_reaches_the_number_of_files(tree: Path, owner: User) -> None:
    shown: list[tuple[int, int]] = []

    bring_in(FolderSource([tree]), Plan(owner), lambda: NOW, lambda *now: shown.append(now), Report())

    assert shown[-1] == (8, 8)
    assert shown == sorted(shown)


def test_names_that_are_no_utf8_are_taken_and_reported(tree: Path, run: Import, tmp_path: Path) -> None:
    for name, data in ((b"caf\xe9.jpg", jpeg(colour="white")), (b"bad\xe9.jpg", b"no photo")):
        Path(os.fsdecode(os.fsencode(tree) + b"/" + name)).write_bytes(data)

    report = run()
    report.write(tmp_path / "report.json", {"files": report.files})

    written = json.loads((tmp_path / "report.json").read_text())
    assert Photo.objects.filter(original_name="caf.jpg").exists()
    assert any(line["path"].endswith("bad\ufffd.jpg") for line in written["left"])
    assert written["files"] == 11
