"""Descriptions as jobs: queued by a duty or a person, waiting without loss, ending after three attempts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image
from pytest_django import Settings

from ai.captioners.base import Captioner, CaptionerUnavailable, CaptionFailed, Described
from ai.fakes import FakeCaptioner
from jobs.models import Run
from jobs.worker import Worker
from photos import curation
from photos.models import Photo, Stage
from photos.models.stage import MAX_ATTEMPTS
from photos.tasks import DESCRIPTIONS_AT_ONCE, describe_photo, queue_descriptions, queue_undescribed
from photos.tests.pictures import jpeg
from photos.tests.requesting import post, post_photo, problem_of

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


class Killer(FakeCaptioner):
    def describe(self, image: Image.Image) -> Described:
        raise Killed(f"{image.size}")


def state_of(photo: Photo) -> tuple[str, int, str]:
    stage = photo.stages.get(name=Stage.Name.DESCRIPTION)
    return stage.status, stage.attempts, stage.error


def work() -> None:
    """Do every job there is, without the pauses between attempts."""
    worker = Worker("a")
    while worker.step():
        DBTaskResult.objects.update(run_after=timezone.now())


def lose_worker() -> None:
    with pytest.raises(Killed):
        Worker("a").step()
    Run.objects.expire("a", timezone.now(), "Its process was ended by SIGKILL.")
    Run.objects.return_lost(timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now())


def jobs() -> list[str]:
    return [run.job.queue_name for run in Run.objects.select_related("job").order_by("job__enqueued_at")]


@pytest.mark.usefixtures("fake_captioner")
def test_a_photo_without_a_description_is_found_queued_and_described(photo: Photo) -> None:
    queue_undescribed(timezone.now())
    work()

    photo.refresh_from_db()
    assert (photo.caption, photo.authors["caption"]) == ("Mostly red.", "seer")
    assert jobs() == ["caption"]
    queue_undescribed(timezone.now())
    assert jobs() == ["caption"]


@pytest.mark.usefixtures("photo")
def test_with_the_template_nothing_is_queued_and_what_was_is_nothing(photo: Photo) -> None:
    queue_undescribed(timezone.now())
    assert jobs() == []
    queue_descriptions([photo.pk])

    work()

    assert not photo.stages.filter(name=Stage.Name.DESCRIPTION).exists()


def test_a_captioner_that_is_away_costs_no_attempt_and_the_photo_is_described_once_it_is_back(
    fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    fake_captioner.error = CaptionerUnavailable("The caption server cannot be reached.")
    for _ in range(MAX_ATTEMPTS + 1):
        queue_undescribed(timezone.now())
        work()
    assert state_of(photo) == ("queued", 0, "The caption server cannot be reached.")
    assert not DBTaskResult.objects.exclude(status="SUCCESSFUL").exists()

    fake_captioner.error = None
    queue_undescribed(timezone.now())
    work()

    assert state_of(photo) == ("done", 1, "")


@pytest.mark.usefixtures("photo")
def test_while_the_captioner_is_spared_nothing_is_queued(fake_captioner: FakeCaptioner) -> None:
    fake_captioner.away = "It keeps failing."

    queue_undescribed(timezone.now())

    assert jobs() == []


@pytest.mark.usefixtures("fake_captioner")
def test_only_a_few_wait_as_jobs_the_oldest_first(make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo() for _ in range(DESCRIPTIONS_AT_ONCE + 3)]

    queue_undescribed(timezone.now())
    queue_undescribed(timezone.now())

    queued = {int(subject) for subject in Run.objects.values_list("subject", flat=True)}
    assert queued == {photo.pk for photo in photos[:DESCRIPTIONS_AT_ONCE]}


def test_a_photo_the_captioner_fails_on_fails_with_its_job_after_three_attempts(
    fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    fake_captioner.error = CaptionFailed("too slow")

    queue_undescribed(timezone.now())
    work()
    queue_undescribed(timezone.now())
    work()

    run = Run.objects.select_related("job").get()
    assert (run.job.status, run.attempts, run.error) == ("FAILED", MAX_ATTEMPTS, "too slow")
    assert (state_of(photo), fake_captioner.asked) == (("failed", MAX_ATTEMPTS, "too slow"), MAX_ATTEMPTS)
    photo.refresh_from_db()
    assert (photo.status, photo.caption) == (Photo.Status.READY, "A red.")


def test_attempts_at_a_photo_are_a_while_apart(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    fake_captioner.error = CaptionFailed("too slow")
    queue_descriptions([photo.pk])

    Worker("a").step()

    assert DBTaskResult.objects.get().run_after > timezone.now() + timedelta(seconds=20)


def test_a_photo_that_kills_its_workers_fails_with_its_job_and_the_others_are_described(
    use_captioner: Callable[[Captioner], None], photo: Photo, make_photo: Callable[..., Photo]
) -> None:
    use_captioner(Killer())
    queue_descriptions([photo.pk])
    for _ in range(MAX_ATTEMPTS):
        lose_worker()
    use_captioner(FakeCaptioner())
    other = make_photo()

    queue_undescribed(timezone.now())
    work()

    assert state_of(photo) == ("failed", MAX_ATTEMPTS, "The analysis broke off 3 times.")
    assert state_of(other)[0] == "done"
    photo.refresh_from_db()
    assert photo.status == Photo.Status.READY


def test_a_photo_whose_worker_was_killed_is_taken_up_at_the_next_attempt(
    use_captioner: Callable[[Captioner], None], photo: Photo
) -> None:
    use_captioner(Killer())
    queue_descriptions([photo.pk])
    lose_worker()
    use_captioner(FakeCaptioner())

    Worker("b").step()

    assert state_of(photo) == ("done", 2, "")


def test_a_late_job_for_a_deleted_photo_is_nothing(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    queue_descriptions([photo.pk])
    curation.purge(photo)

    work()

    assert fake_captioner.asked == 0
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_uploads_go_before_descriptions(fake_captioner: FakeCaptioner, client: Client, photo: Photo) -> None:
    describe_photo.enqueue(photo.pk)
    post_photo(client, jpeg(colour="blue"), headers={"Prefer": "respond-async"})

    Worker("a").step()

    assert fake_captioner.asked == 0


def test_a_description_is_asked_for_again_over_the_api(
    fake_captioner: FakeCaptioner, client: Client, photo: Photo
) -> None:
    fake_captioner.error = CaptionFailed("too slow")
    queue_undescribed(timezone.now())
    work()
    fake_captioner.error = None

    answer = post(client, f"/photo/{photo.pk}/analyze", {"stages": ["description"]})
    work()

    assert (answer.status_code, answer.json()["status"], answer.json()["caption"]) == (200, "ready", "A red.")
    assert client.get(f"/photo/{photo.pk}").json()["caption"] == "Mostly red."


def test_what_failed_is_repeated_with_its_description(
    fake_captioner: FakeCaptioner, client: Client, photo: Photo
) -> None:
    fake_captioner.error = CaptionFailed("too slow")
    queue_undescribed(timezone.now())
    work()
    fake_captioner.error = None

    post(client, f"/photo/{photo.pk}/analyze")
    work()

    assert state_of(photo) == ("done", 1, "")


def test_without_a_captioner_a_description_cannot_be_asked_for(client: Client, photo: Photo) -> None:
    answer = post(client, f"/photo/{photo.pk}/analyze", {"stages": ["description"]})

    assert problem_of(answer) == (409, "no_captioner")


@pytest.mark.usefixtures("fake_captioner")
def test_what_a_captioner_says_is_found_at_once(client: Client, photo: Photo) -> None:
    queue_undescribed(timezone.now())
    work()

    answer = client.get("/search", {"q": "mostly"}).json()

    assert [hit["photo_id"] for hit in answer["results"]] == [photo.pk]


def test_health_names_why_descriptions_wait(
    fake_captioner: FakeCaptioner, settings: Settings, client: Client, photo: Photo
) -> None:
    before = client.get("/health").json()["problems"]
    fake_captioner.error = CaptionerUnavailable("The caption server refuses the key.")
    queue_descriptions([photo.pk])
    work()

    waiting = "Descriptions wait: The caption server refuses the key."
    assert client.get("/health").json()["problems"] == [*before, waiting]
    settings.CLOUDZY_CAPTIONER = "local:speaker"
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    assert "models add speaker --from DIR" in answer.json()["problems"][-1]
