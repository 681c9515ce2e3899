from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import DestructiveAct
from jobs.worker import Worker
from photos import storage, thumbnails
from photos.embeddings import models_of
from photos.models import Embedding, Photo
from photos.tests.pictures import jpeg

MakePhoto = Callable[..., Photo]
Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(library: list[Photo], capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the command over four good photos; return its exit code and what it said."""
    assert len(library) == 4

    def run(*arguments: str) -> tuple[int, str]:
        try:
            call_command("check_integrity", *arguments)
            code = 0
        except SystemExit as ended:
            code = int(str(ended.code))
        return code, capsys.readouterr().out

    return run


def stray(name: str) -> Path:
    path = storage.path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(comment="somebody's only copy"))
    os.utime(path, (0, 0))
    return path


def test_a_good_library_has_no_problems(check: Check) -> None:
    assert check("--hashes") == (0, "0 problems.\n")
    assert check("--repair") == (0, "0 problems.\n")


def test_missing_thumbnails_are_named_and_made_anew(check: Check, library: list[Photo]) -> None:
    lost = [storage.path_of(thumbnails.path_for(library[n].original, size)) for n, size in enumerate((512, 1600))]
    for path in lost:
        path.unlink()

    named, repaired, after = check(), check("--repair"), check()

    assert [named[0], repaired[0], after] == [1, 0, (0, "0 problems.\n")]
    assert named[1].count("unthumbnailed: ") == 2
    assert all(path.is_file() for path in lost)


def test_a_lost_original_is_named_and_no_repair_hides_it(check: Check, library: list[Photo]) -> None:
    storage.discard(library[0].original)
    thumbnails.remove(storage.media_root(), library[0].original)

    code, told = check("--repair")

    assert code == 1
    assert f"missing: {library[0].original} (photo {library[0].pk})" in told
    assert "2 problems." in told
    assert Photo.objects.count() == 4


def test_an_altered_original_is_left_as_it_is(check: Check, library: list[Photo]) -> None:
    path = storage.path_of(library[0].original)
    other = b"x" * library[0].bytes
    path.write_bytes(other)

    assert check()[0] == 0
    assert check("--hashes", "--repair")[0] == 1
    assert path.read_bytes() == other


def test_files_of_no_photo_are_moved_and_never_deleted(check: Check) -> None:
    files = [stray("originals/ab/old.jpg"), stray(".incoming/half")]
    orphan = stray("thumbnails/512/ab/old.webp")
    good = files[0].read_bytes()

    named, repaired = check(), check("--repair")
    again = [stray("originals/ab/old.jpg")]
    once_more = check("--repair")

    assert [named[0], repaired[0], once_more[0], check()[0]] == [1, 0, 0, 0]
    assert not any(path.exists() for path in [*files, *again, orphan])
    kept = sorted(path.name for path in (storage.media_root() / ".quarantine").rglob("*") if path.is_file())
    assert kept == ["again-old.jpg", "half", "old.jpg"]
    assert storage.path_of(".quarantine/originals/ab/old.jpg").read_bytes() == good
    assert not DestructiveAct.objects.exists()


def test_strays_that_are_deleted_are_recorded(check: Check) -> None:
    path = stray("originals/ab/old.jpg")
    sha256 = storage.sha256_of(path)

    assert check("--delete-strays")[0] == 0

    recorded = DestructiveAct.objects.get()
    assert (recorded.what, recorded.where, recorded.name, recorded.sha256) == ("stray", "command", "old.jpg", sha256)


def test_a_photo_without_its_vector_is_queued_and_embedded(check: Check, library: list[Photo]) -> None:
    Embedding.objects.filter(photo=library[0]).delete()

    named, repaired = check(), check("--repair")
    while Worker("a").step():
        pass

    assert named[0] == 1
    assert f"unindexed: {library[0].original} (photo {library[0].pk})" in named[1]
    assert ", queued" in repaired[1]
    assert models_of(library[0].pk) == ["fake@1-32d"]
    assert check()[0] == 0


def test_an_index_that_differs_is_made_anew(check: Check, library: list[Photo]) -> None:
    call_command("rebuild_index")
    Photo.objects.filter(pk=library[0].pk).update(archived=True)  # past every signal

    named, repaired, after = check(), check("--repair"), check()

    assert [named[0], repaired[0], after[0]] == [1, 0, 0]
    assert "Index and rows differ" in named[1]
    assert "The index was made anew." in repaired[1]


@pytest.mark.parametrize("argument", ["--hashes", "--repair", "--delete-strays"])
def test_into_an_empty_mount_point_nothing_is_written(
    check: Check, settings: Settings, tmp_path: Path, argument: str
) -> None:
    settings.MEDIA_ROOT = tmp_path / "mount point"
    settings.MEDIA_ROOT.mkdir()
    left = settings.MEDIA_ROOT / "originals" / "ab" / "old.jpg"
    stray("originals/ab/old.jpg")

    with pytest.raises(CommandError, match="not mounted"):
        check(argument)

    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == [left]
