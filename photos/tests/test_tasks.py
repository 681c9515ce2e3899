from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django_tasks.signals import task_enqueued
from django_tasks_db.models import DBTaskResult
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from ai.encoders.base import Encoder
from ai.fakes import FakeEncoder
from jobs.models import MAX_ATTEMPTS, Run
from jobs.worker import Worker
from photos import storage
from photos.curation import purge
from photos.models import Photo, Stage
from photos.models.stage import LEASE as STAGE_LEASE
from photos.tasks import QUEUED_AT_ONCE, YOUNG, analyse_photo, queue_left_behind, queue_photos
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post_photo
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


class Killer(FakeEncoder):
    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        raise Killed(f"{len(images)}")


@pytest.fixture
def queued(owner: User) -> Photo:
    """A photo that an upload has left to the worker."""
    return accept_upload(ContentFile(jpeg(), name="a.jpg"), owner, timezone.now(), queued=True).photo


def states(photo: Photo) -> list[tuple[str, int]]:
    rows = {stage.name: (stage.status, stage.attempts) for stage in photo.stages.all()}
    return [rows[name] for name in Stage.ORDER]


def lose_worker(photo: Photo) -> None:
    """Let a worker be killed in the midst of this photo's job, and its job be given back."""
    worker = Worker("a")
    with pytest.raises(Killed):
        worker.step()
    Run.objects.expire("a", timezone.now(), "Its process was ended by SIGKILL.")
    Run.objects.return_lost(timezone.now())
    DBTaskResult.objects.filter(run__subject=photo.pk).update(run_after=timezone.now())


def test_a_photo_left_to_the_worker_is_analysed_by_it(queued: Photo) -> None:
    Worker("a").step()

    queued.refresh_from_db()
    assert (queued.status, queued.tag_names) == (Photo.Status.READY, ["red"])
    assert Run.objects.get().job.status == "SUCCESSFUL"


def test_a_job_done_twice_changes_nothing(queued: Photo, use_encoder: Callable[[Encoder], None]) -> None:
    Worker("a").step()
    use_encoder(Killer())
    analyse_photo.enqueue(queued.pk)

    Worker("a").step()

    assert states(queued) == [("done", 1)] * 4


def test_a_late_job_for_a_deleted_photo_is_nothing(media: Path, queued: Photo) -> None:
    purge(queued)
    storage.discard(queued.original)

    Worker("a").step()

    assert Run.objects.get().job.status == "SUCCESSFUL"
    assert files_below(media) == []


def test_a_photo_whose_worker_was_killed_is_taken_up_at_the_next_attempt(
    queued: Photo, use_encoder: Callable[[Encoder], None]
) -> None:
    use_encoder(Killer())
    lose_worker(queued)
    use_encoder(FakeEncoder())

    Worker("b").step()

    queued.refresh_from_db()
    assert (queued.status, queued.tag_names) == (Photo.Status.READY, ["red"])
    assert states(queued) == [("done", 2)] * 4


def test_a_photo_that_kills_its_workers_fails_with_its_job_and_its_caption_is_written_after_all(
    queued: Photo, use_encoder: Callable[[Encoder], None]
) -> None:
    use_encoder(Killer())
    for _ in range(MAX_ATTEMPTS):
        lose_worker(queued)

    queued.refresh_from_db()
    assert (queued.status, queued.error) == (Photo.Status.FAILED, "The analysis broke off 3 times.")
    assert Run.objects.get().job.status == "FAILED"
    queue_left_behind(timezone.now() + 2 * YOUNG)
    Worker("b").step()
    assert [state for state, _ in states(queued)] == ["done", "done", "failed", "done"]


def test_photos_are_queued_in_bundles_and_each_once(make_photo: Callable[..., Photo]) -> None:
    ids = [make_photo().pk for _ in range(3)]
    queue_photos(ids[:1])

    assert queue_photos([*ids, *range(10_000, 10_000 + QUEUED_AT_ONCE)]) == QUEUED_AT_ONCE + 2


def test_stages_asked_for_once_more_wait_with_what_follows_from_them(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    queue_photos([photo.pk], "embed", [Stage.Name.EMBEDDING])

    assert [state for state, _ in states(photo)] == ["done", "done", "queued", "queued"]
    assert Run.objects.get().job.queue_name == "embed"


def test_a_photo_lost_by_a_web_process_is_found_and_queued(make_photo: Callable[..., Photo]) -> None:
    now = timezone.now()
    photo = make_photo(created_at=now)
    photo.stages.filter(name="caption").update(status="running", attempts=1, claimed_at=now)

    queue_left_behind(now + STAGE_LEASE)
    assert not Run.objects.exists()
    queue_left_behind(now + STAGE_LEASE + timedelta(seconds=1))
    queue_left_behind(now + STAGE_LEASE + timedelta(seconds=2))

    assert [run.subject for run in Run.objects.all()] == [f"{photo.pk}"]


def test_a_photo_that_just_came_in_is_left_to_who_took_it_in(make_photo: Callable[..., Photo]) -> None:
    now = timezone.now()
    photo = make_photo(created_at=now)
    photo.stages.update(status="queued")

    queue_left_behind(now + YOUNG / 2)
    assert not Run.objects.exists()
    queue_left_behind(now + YOUNG * 2)

    assert Run.objects.exists()


def test_without_an_encoder_only_what_can_be_done_is_queued_and_all_of_it_once_there_is_one(
    client: Client, no_encoder: object, settings: Settings
) -> None:
    assert no_encoder
    pk = post_photo(client).json()["id"]
    later = timezone.now() + 2 * YOUNG

    queue_left_behind(later)
    assert not Run.objects.exists()
    settings.CLOUDZY_ENCODER = "fake"
    queue_left_behind(later)
    Worker("a").step()

    assert client.get(f"/photo/{pk}").json()["status"] == "ready"


def test_a_photo_whose_job_cannot_be_queued_is_not_kept(owner: User, media: Path) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    task_enqueued.connect(fail)
    try:
        with pytest.raises(ZeroDivisionError):
            accept_upload(ContentFile(jpeg(), name="a.jpg"), owner, timezone.now(), queued=True)
    finally:
        task_enqueued.disconnect(fail)

    assert not Photo.objects.exists()
    assert files_below(media) == []
