"""Analysing many photos once more with real workers, of which all are killed in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import Run
from jobs.tests.running import RunningWorker, eventually
from photos.models import Photo, Reanalysis, Stage
from photos.reanalysis import Wanted
from photos.reanalysis_progress import Progress, progress_of
from photos.tasks import analyse_again

pytestmark = pytest.mark.django_db(transaction=True)

PHOTOS = 30


@pytest.fixture
def workers() -> Iterator[RunningWorker]:
    started = RunningWorker()
    yield started
    started.end()


def progress(row: Reanalysis) -> Progress:
    row.refresh_from_db()
    return progress_of(row, timezone.now())


def test_progress_is_right_with_two_workers_and_after_both_were_killed(
    make_photo: Callable[..., Photo], owner: User, workers: RunningWorker
) -> None:
    for _ in range(PHOTOS):
        make_photo()
    row = analyse_again(owner, Wanted(Reanalysis.Scope.ALL, tuple(Stage.ORDER)), timezone.now())

    workers.start("--processes", "2")
    eventually(lambda: progress(row).done >= 3)
    workers.end()
    after_the_kill = progress(row)
    Run.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())  # the minute is over
    workers.start("--processes", "2")
    eventually(lambda: row.unfinished.count() == 0 and progress(row).total == PHOTOS)
    at_the_end = progress(row)

    assert after_the_kill.total == PHOTOS
    assert after_the_kill.waiting + after_the_kill.running + after_the_kill.done == PHOTOS
    assert (at_the_end.total, at_the_end.done, at_the_end.failed) == (PHOTOS, PHOTOS, 0)
    assert Stage.objects.filter(reanalysis=row, status="done").count() == PHOTOS * len(Stage.ORDER)
    assert row.handed_out == PHOTOS
