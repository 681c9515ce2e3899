from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from jobs.models import PROMPT
from jobs.worker import Worker
from photos import reanalysis
from photos.models import Photo, Reanalysis, Stage
from photos.reanalysis import Wanted, begin, cancel, count, next_wave
from photos.reanalysis_progress import NO_WORKER, RATE_OVER, Progress, failures_of, obstacle_to, progress_of
from photos.tasks import analyse_again
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

NOW = timezone.now()
STAGES = (Stage.Name.THUMBNAILS.value,)
EVERYTHING = Wanted(Reanalysis.Scope.ALL, STAGES)
SOON = NOW + timedelta(seconds=10)


def settle(photo: Photo, status: Stage.Status) -> None:
    photo.stages.filter(name__in=STAGES).update(status=status, finished_at=SOON)


@pytest.fixture
def started(make_photo: MakePhoto, owner: User, monkeypatch: pytest.MonkeyPatch) -> tuple[Reanalysis, list[Photo]]:
    """Six photos, four of which are handed out: one waits, one is at work, one done and one failed."""
    monkeypatch.setattr(reanalysis, "WAVE", 4)
    photos = [make_photo() for _ in range(6)]
    row = begin(owner, EVERYTHING, NOW)
    count(row.pk)
    next_wave(row.pk)
    for photo, status in zip(photos[1:4], ("running", "done", "failed"), strict=True):
        settle(photo, Stage.Status(status))
    row.refresh_from_db()
    return row, photos


def counts(progress: Progress) -> tuple[int | None, int, int, int, int]:
    return progress.total, progress.waiting, progress.running, progress.done, progress.failed


def test_each_photo_is_counted_once(started: tuple[Reanalysis, list[Photo]]) -> None:
    progress = progress_of(started[0], SOON)

    assert counts(progress) == (6, 3, 1, 1, 1)
    assert progress.ended == 2


def test_rate_and_time_left_follow_from_what_the_last_minute_brought(
    started: tuple[Reanalysis, list[Photo]],
) -> None:
    progress = progress_of(started[0], SOON)
    a_night_later = progress_of(started[0], NOW + timedelta(hours=8))

    assert (progress.rate, progress.time_left) == (0.2, timedelta(seconds=20))
    assert (a_night_later.rate, a_night_later.time_left) == (0.0, None)


def test_it_costs_two_queries_however_many_photos(
    started: tuple[Reanalysis, list[Photo]], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        progress_of(started[0], SOON)


def test_a_photo_with_two_stages_to_go_waits_once(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = begin(owner, Wanted(Reanalysis.Scope.ALL, tuple(Stage.ORDER)), NOW)
    next_wave(row.pk)
    row.refresh_from_db()

    assert counts(progress_of(row, NOW)) == (1, 1, 0, 0, 0)


def test_a_failed_stage_of_a_photo_still_at_work_is_no_failed_photo_yet(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo()
    row = begin(owner, Wanted(Reanalysis.Scope.ALL, tuple(Stage.ORDER)), NOW)
    next_wave(row.pk)
    settle(photo, Stage.Status.FAILED)
    row.refresh_from_db()

    assert counts(progress_of(row, NOW)) == (1, 1, 0, 0, 0)


def test_after_a_cancel_only_what_was_done_counts(started: tuple[Reanalysis, list[Photo]]) -> None:
    row, photos = started

    cancel(row, NOW)
    settle(photos[1], Stage.Status.DONE)

    row.refresh_from_db()
    assert counts(progress_of(row, SOON)) == (3, 0, 0, 2, 1)


def test_photos_deleted_meanwhile_are_not_missed_at_the_end(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo() for _ in range(3)]
    row = begin(owner, EVERYTHING, NOW)
    photos[0].delete()
    next_wave(row.pk)
    photos[1].delete()
    settle(photos[2], Stage.Status.DONE)
    row.refresh_from_db()

    assert counts(progress_of(row, NOW)) == (2, 0, 0, 2, 0)


def test_before_the_first_worker_comes_nothing_is_counted(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = begin(owner, EVERYTHING, NOW)

    progress = progress_of(row, NOW)

    assert (progress.total, progress.ended, progress.time_left) == (None, 0, None)


def test_where_no_worker_runs_it_is_said_and_what_to_run(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = analyse_again(owner, EVERYTHING, NOW)
    progress = progress_of(row, NOW)
    later = timezone.now() + PROMPT + timedelta(seconds=1)

    assert obstacle_to(progress, row.started_at, NOW) == ""
    assert obstacle_to(progress, row.started_at, later) == NO_WORKER


def test_a_worker_that_works_is_no_obstacle(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = analyse_again(owner, EVERYTHING, NOW)

    while Worker("a").step():
        pass
    row.refresh_from_db()
    now = timezone.now() + RATE_OVER / 2

    assert obstacle_to(progress_of(row, now), row.started_at, now) == ""


def test_a_missing_encoder_is_the_obstacle(make_photo: MakePhoto, owner: User, no_encoder: Path) -> None:
    assert not no_encoder.exists()
    make_photo()
    row = analyse_again(owner, EVERYTHING, NOW)
    later = timezone.now() + PROMPT * 2

    assert "vocabulary.json missing" in obstacle_to(progress_of(row, NOW), row.started_at, later)


def test_failures_are_those_of_one_s_own_photos_with_their_reasons(make_photo: MakePhoto, owner: User) -> None:
    mine, foreign, trashed = make_photo(), make_photo(owner=make_user("stranger")), make_photo(trashed=True)
    for photo in (mine, foreign, trashed):
        photo.stages.filter(name="thumbnails").update(status="failed", error="It is cut off.")

    found = failures_of(owner, limit=10)

    assert [(stage.photo_id, stage.error) for stage in found] == [(mine.pk, "It is cut off.")]
