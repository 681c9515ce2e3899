"""What goes on from job to job ends when one of its jobs is cancelled, waiting or at work: what was done stays done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import Run
from jobs.worker import Worker
from photos import tasks
from photos.archives import importing, unpacking
from photos.archives.tasks import go_on_importing, import_archive
from photos.duplicates import runs
from photos.models import ArchiveImport, Merge, MergeRun, Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below
from photos.tests.test_archives import sent
from photos.tests.test_merge_runs import numbers
from photos.tests.test_pages_duplicates import groups
from photos.tests.zipped import zipped

pytestmark = pytest.mark.django_db(transaction=True)  # an import ends once the cancel is committed


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def cancel(path: str) -> int:
    return Run.objects.filter(job__task_path=path).cancel("anna", timezone.now())


def then(act: Callable[..., Any], once: Callable[[], object]) -> Callable[..., Any]:
    """Return a function that does as `act` does, and behind its first call something else."""
    calls: list[object] = []

    def doing(*arguments: Any, **named: Any) -> Any:
        result = act(*arguments, **named)
        calls.append(result)
        if len(calls) == 1:
            once()
        return result

    return doing


@pytest.fixture
def merging(owner: User, monkeypatch: pytest.MonkeyPatch) -> MergeRun:
    """A run over three groups, two of them to a job."""
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    return tasks.merge_many(owner, timezone.now(), numbers(groups(owner, 3)))


@pytest.fixture
def archive(owner: User, media: Path) -> ArchiveImport:
    """An archive of three photos, whose import waits as a job."""
    assert media
    archive = sent(owner, zipped({f"{colour}.jpg": jpeg(colour=colour) for colour in ("red", "green", "blue")}))
    go_on_importing(timezone.now())
    return archive


def test_a_merge_run_ends_with_its_waiting_job(merging: MergeRun) -> None:
    Worker("a").step()

    assert cancel(tasks.go_on_merging.module_path) == 1
    tasks.look_after_merge_runs(timezone.now())
    work()

    merging.refresh_from_db()
    assert (merging.cancelled, merging.done, Merge.objects.count()) == (True, 2, 2)
    assert not Run.objects.unfinished(tasks.go_on_merging).exists()


def test_a_merge_run_ends_after_the_group_its_job_is_at(merging: MergeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tasks.go_on_merging.module_path
    monkeypatch.setattr(runs, "tell", then(runs.tell, lambda: cancel(path)))

    work()

    merging.refresh_from_db()
    assert (merging.cancelled, merging.done, Merge.objects.count()) == (True, 1, 1)


def test_a_merge_run_that_was_called_off_does_nothing_when_its_job_is_tried_again(merging: MergeRun) -> None:
    cancel(tasks.go_on_merging.module_path)

    assert Run.objects.retry(timezone.now()) == 1
    work()

    merging.refresh_from_db()
    assert (merging.cancelled, merging.done) == (True, 0)


def test_an_import_ends_with_its_waiting_job_and_its_file_goes(archive: ArchiveImport, media: Path) -> None:
    assert cancel(import_archive.module_path) == 1
    go_on_importing(timezone.now())
    work()

    archive.refresh_from_db()
    assert (archive.state, Photo.objects.count()) == ("cancelled", 0)
    assert files_below(media) == []


def test_an_import_ends_after_the_photo_its_job_is_at(
    archive: ArchiveImport, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = then(unpacking.accept_upload, lambda: cancel(import_archive.module_path))
    monkeypatch.setattr(unpacking, "accept_upload", accept)

    Worker("a").step()
    go_on_importing(timezone.now())

    archive.refresh_from_db()
    assert (archive.state, Photo.objects.count()) == ("cancelled", 1)
    assert not storage_has(archive, media)
    assert not Run.objects.unfinished(import_archive).exists()


def test_an_import_that_was_called_off_does_nothing_when_its_job_is_tried_again(archive: ArchiveImport) -> None:
    cancel(import_archive.module_path)
    monday = ArchiveImport.objects.get().ended_at

    Run.objects.filter(job__task_path=import_archive.module_path).retry(timezone.now())
    work()

    archive.refresh_from_db()
    assert (archive.state, archive.ended_at, Photo.objects.count()) == ("cancelled", monday, 0)


def storage_has(archive: ArchiveImport, media: Path) -> bool:
    return (media / archive.stored).exists() or importing._note_of(archive).exists()
