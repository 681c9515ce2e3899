"""`manage.py import_photos`: what it says, and that no kill costs a photo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from jobs.models import Run
from jobs.tests.running import ROOT, eventually, family_of, is_gone
from photos import pipeline, storage
from photos.models import Photo, Stage
from photos.tests.factories import make_user
from photos.tests.pictures import encoded, jpeg, noise, on_disk, truncated
from photos.uploads import accept_upload

Say = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, media: Path) -> Path:  # noqa: ARG001 - a media folder of its own
    root = tmp_path / "Rome"
    root.mkdir()
    on_disk(root, jpeg(colour="red"), "a.jpg")
    on_disk(root, b"what we saw", "notes.txt")
    return root


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*arguments: object) -> str:
        call_command("import_photos", *map(str, arguments))
        return capsys.readouterr().out

    return run


@pytest.mark.usefixtures("owner")
def test_a_dry_run_says_what_would_become_of_each_file(folder: Path, say: Say) -> None:
    said = say(folder, "--dry-run", "--albums-from-folders")

    assert f"left  {folder}/notes.txt: This is a text file, not a photo we can read." in said
    assert said.endswith(
        "2 files: 1 would be new, 0 versions, 0 there already, 0 from the trash, 0 sidecars, 1 not taken.\n"
    )
    assert not Photo.objects.exists()


@pytest.mark.usefixtures("owner")
def test_a_damaged_photo_makes_the_command_fail_and_is_named(
    folder: Path, say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_disk(folder, truncated(encoded(noise(), "JPEG"), 0.9), "cut.jpg")

    with pytest.raises(CommandError, match="1 files need to be looked at"):
        say(folder, "--dry-run", "--report", tmp_path / "report.json")

    assert f"FAILED  {folder}/cut.jpg: This file is cut short" in capsys.readouterr().out
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["files"], written["new"], written["not_taken"], written["failed"]) == (3, 1, 2, 1)
    assert [(Path(line["path"]).name, line["failed"]) for line in written["left"]] == [
        ("cut.jpg", True),
        ("notes.txt", False),
    ]


def test_a_photo_that_cannot_be_analysed_makes_the_command_fail(
    folder: Path, say: Say, owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = pipeline.analyse(imported(folder / "a.jpg", owner), timezone.now())
    Stage.objects.filter(photo=photo, name="embedding").update(status="failed", error="The model is odd.")
    photo.settle()

    with pytest.raises(CommandError):
        say(folder, "--workers", "0")

    assert f"FAILED  photo {photo.pk}, a.jpg: The model is odd." in capsys.readouterr().out


def test_what_is_there_and_analysed_needs_no_worker(folder: Path, say: Say, owner: User) -> None:
    pipeline.analyse(imported(folder / "a.jpg", owner), timezone.now())

    said = say(folder, "--workers", "0")

    assert "0 new, 0 versions, 1 there already" in said


def test_the_owner_is_named(folder: Path, say: Say, owner: User) -> None:
    imported(folder / "a.jpg", owner)
    make_user("berta")

    assert "1 would be new" in say(folder, "--dry-run", "--owner", "berta")
    with pytest.raises(CommandError, match="There is no user nobody"):
        say(folder, "--owner", "nobody")


def test_a_path_that_is_not_there_is_refused(folder: Path, say: Say) -> None:
    with pytest.raises(CommandError, match=r"There is no .*nowhere"):
        say(folder, folder / "nowhere")


@pytest.mark.usefixtures("owner")
def test_a_report_that_cannot_be_written_is_said(folder: Path, say: Say, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The report cannot be written"):
        say(folder, "--dry-run", "--report", tmp_path / "nowhere" / "report.json")


def imported(path: Path, owner: User) -> Photo:
    return accept_upload(ContentFile(path.read_bytes(), name=path.name), owner, timezone.now()).photo


@pytest.fixture
def running_import(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:  # noqa: ARG001
    """`manage.py import_photos` as a process over the database of this test; what it leaves is ended afterwards."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
    }
    started = []

    def start(*arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "import_photos", *map(str, arguments)]
        with (tmp_path / "said").open("ab") as said:
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_an_import_killed_at_work_is_ended_by_the_next_which_waits_for_the_analysis(
    running_import: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    folder = tmp_path / "Rome"
    folder.mkdir()
    for number in range(30):
        on_disk(folder, encoded(noise((300, 200)), "JPEG"), f"{number}.jpg")
    hashes = {storage.sha256_of(path) for path in folder.iterdir()}

    first = running_import(folder, "--move", "--workers", "2")
    eventually(lambda: Photo.objects.count() > 5)
    family = family_of(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    eventually(lambda: all(map(is_gone, family)))
    second = running_import(folder, "--move", "--workers", "2")

    assert second.wait(120) == 0
    assert {photo.sha256 for photo in Photo.objects.all()} == hashes
    assert all(
        storage.sha256_of(Path(settings.MEDIA_ROOT) / photo.original) == photo.sha256 for photo in Photo.objects.all()
    )
    assert {photo.status for photo in Photo.objects.all()} == {Photo.Status.READY}
    assert list(folder.iterdir()) == []
    assert not Run.objects.filter(lease_until__isnull=False).exists()
