"""Real workers over photos of a real size, both killed at once in the middle: the next ones make them all ready."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from jobs.models import Run
from jobs.tests.running import RunningWorker, eventually, is_gone
from photos import storage
from photos.models import Photo, Stage
from photos.tests.pictures import encoded, noise
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db(transaction=True)

PHOTOS = 8


@pytest.fixture
def workers(media: Path) -> Iterator[RunningWorker]:
    """Two workers, each with a process that decodes, as a site has them."""
    started = RunningWorker()
    started.environment |= {"CLOUDZY_MEDIA_DIR": str(media), "CLOUDZY_DECODER": "child"}
    yield started
    started.end()


def at_work() -> set[int]:
    """Return the ids of the worker processes that have a job."""
    running = Run.objects.filter(job__status="RUNNING").values_list("worker", flat=True)
    return {int(name.rpartition(":")[2]) for name in running}


def both_at_work() -> set[int]:
    found = at_work()
    return found if len(found) == 2 else set()


def test_two_workers_killed_at_once_leave_photos_that_the_next_ones_make_ready(
    workers: RunningWorker, owner: User
) -> None:
    photographs = [encoded(noise((2400, 1800)), "JPEG", quality=90) for _ in range(PHOTOS)]
    sent = {hashlib.sha256(data).hexdigest(): data for data in photographs}
    for number, data in enumerate(photographs):
        accept_upload(ContentFile(data, name=f"{number}.jpg"), owner, timezone.now(), queued=True)

    workers.start("--processes", "2")
    killed = eventually(both_at_work)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: all(map(is_gone, killed)))
    left = Photo.objects.filter(status=Photo.Status.READY).count()
    eventually(lambda: Photo.objects.filter(status=Photo.Status.READY).count() == PHOTOS)

    assert left < PHOTOS - 1
    assert not at_work() & killed
    kept = {photo.sha256: storage.path_of(photo.original).read_bytes() for photo in Photo.objects.all()}
    assert kept == sent
    assert set(Stage.objects.filter(photo__in=Photo.objects.all()).values_list("status", flat=True)) == {"done"}
    told = StringIO()
    call_command("check_integrity", "--hashes", stdout=told)
    assert told.getvalue() == "0 problems.\n"
