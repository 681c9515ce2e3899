from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.models import User
from jobs.models import Run
from jobs.worker import Worker
from photos.imports import workers as import_workers
from photos.imports.workers import Unattended, wait_for, workers
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.uploads import accept_upload

COLOURS = ("red", "green", "blue")


@pytest.fixture
def queued(owner: User) -> list[int]:
    """Three photos that wait for a worker, as imports leave them."""
    now = timezone.now()
    files = [ContentFile(jpeg((40, 30), colour), name=f"{colour}.jpg") for colour in COLOURS]
    return [accept_upload(file, owner, now, queued=True).photo.pk for file in files]


def at_work() -> Callable[[], object]:
    autodiscover_modules("tasks")
    worker = Worker("one")
    return worker.step


def nobody_asks() -> None:
    pass


def test_waiting_ends_when_all_are_analysed_and_tells_how_far_it_is(queued: list[int]) -> None:
    shown: list[tuple[int, int]] = []

    wait_for(queued, lambda *now: shown.append(now), nobody_asks, at_work())

    assert {photo.status for photo in Photo.objects.all()} == {Photo.Status.READY}
    assert shown == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_photo_that_fails_or_goes_is_not_waited_for(queued: list[int]) -> None:
    Photo.objects.filter(pk=queued[0]).update(status=Photo.Status.FAILED)
    Photo.objects.get(pk=queued[1]).delete()

    wait_for(queued, lambda *_: None, nobody_asks, at_work())

    assert Photo.objects.get(pk=queued[2]).status == Photo.Status.READY


def test_a_photo_whose_job_was_lost_is_queued_again(queued: list[int]) -> None:
    from_the_queue = at_work()
    Run.objects.all().delete()

    wait_for(queued, lambda *_: None, nobody_asks, from_the_queue)

    assert Photo.objects.filter(status=Photo.Status.READY).count() == 3


def test_a_photo_that_is_done_just_after_it_was_seen_to_wait_is_none_that_nobody_can_do(queued: list[int]) -> None:
    step = at_work()

    def at_work_meanwhile() -> None:  # called between the two looks
        step()

    wait_for(queued, lambda *_: None, at_work_meanwhile, nobody_asks)

    assert Photo.objects.filter(status=Photo.Status.READY).count() == 3


@pytest.mark.usefixtures("no_encoder")
def test_without_a_model_the_reason_is_said_and_nobody_waits_for_ever(queued: list[int]) -> None:
    with pytest.raises(Unattended, match="no model"):
        wait_for(queued, lambda *_: None, nobody_asks, at_work())


def test_no_workers_at_all_are_noticed(queued: list[int]) -> None:
    long_ago = timezone.now() - timedelta(minutes=1)
    for run in Run.objects.select_related("job"):
        run.job.enqueued_at = long_ago
        run.job.save(update_fields=["enqueued_at"])

    with workers(0) as attended, pytest.raises(Unattended, match="No worker is running"):
        wait_for(queued, lambda *_: None, attended, nobody_asks)


def test_workers_that_have_ended_are_noticed() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    ended.wait()

    with pytest.raises(Unattended, match="code 1"):
        import_workers._running(ended)
