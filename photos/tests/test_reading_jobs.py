"""Who reads the text in photos, and when: the duty, the job and the command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from ai.fakes import FakeReader
from ai.ocr.base import Line, ReaderUnavailable, TextReader
from jobs.models import MAX_ATTEMPTS, Run
from jobs.worker import Worker
from photos import asking, pipeline, tasks
from photos.models import Photo, RecognisedText, Stage
from photos.tests.interrupted import NOW, uploaded
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db

UseReader = Callable[[TextReader], None]
TEXT = Stage.Name.TEXT


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


class KillingReader(FakeReader):
    def read(self, image: Image.Image) -> list[Line]:
        raise Killed(f"{image.size}")


@pytest.fixture
def photo() -> Photo:
    return pipeline.analyse(uploaded(), NOW)


@pytest.fixture
def reader(use_reader: UseReader) -> FakeReader:
    reader = FakeReader(says=["Gate 14"])
    use_reader(reader)
    return reader


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def process_missing(*options: str) -> str:
    out = StringIO()
    call_command("process_missing", *options, stdout=out)
    return out.getvalue()


def queued() -> list[tuple[str, str]]:
    runs = Run.objects.filter(job__status="READY").select_related("job").order_by("subject")
    return [(run.subject, run.job.queue_name) for run in runs]


@pytest.mark.usefixtures("reader")
def test_what_was_never_read_is_queued_behind_everything_quick_and_read(photo: Photo) -> None:
    tasks.queue_unread(NOW)
    waiting = queued()

    work()

    assert waiting == [(f"{photo.pk}", "caption")]
    assert RecognisedText.objects.get(photo=photo).text == "Gate 14"


@pytest.mark.usefixtures("reader")
def test_what_is_queued_or_read_is_not_queued_again(photo: Photo) -> None:
    tasks.queue_unread(NOW)
    tasks.queue_unread(NOW)
    once = queued()
    work()

    tasks.queue_unread(NOW)

    assert once == [(f"{photo.pk}", "caption")]
    assert queued() == []


def test_switched_off_nothing_is_asked_for(photo: Photo) -> None:
    tasks.queue_unread(NOW)

    assert queued() == []
    assert not photo.stages.filter(name=TEXT).exists()


@pytest.mark.usefixtures("reader")
def test_so_many_are_asked_for_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.looking, "QUEUED_AT_ONCE", 2)
    photos = [pipeline.analyse(uploaded(jpeg(colour=colour)), NOW) for colour in ("red", "green", "blue")]

    tasks.queue_unread(NOW)
    first = len(queued())
    tasks.queue_unread(NOW)

    assert (first, len(queued())) == (2, 2)
    assert Stage.objects.filter(name=TEXT, photo__in=photos).count() == 2


@pytest.mark.usefixtures("reader")
def test_an_upload_does_not_wait_for_it(client: Client) -> None:
    answer = post_photo(client).json()

    assert answer["status"] == "ready"
    assert not RecognisedText.objects.exists()
    assert queued() == []


@pytest.mark.usefixtures("reader")
def test_a_job_for_a_photo_that_is_gone_does_nothing(photo: Photo) -> None:
    tasks.queue_unread(NOW)
    photo.delete()

    work()

    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def test_a_reader_that_is_away_lets_photos_wait_and_no_job_fail(photo: Photo, reader: FakeReader) -> None:
    tasks.queue_unread(NOW)
    reader.error = ReaderUnavailable("Install the extra.")
    work()
    waited = photo.stages.get(name=TEXT).status
    reader.error = None

    tasks.queue_unread(NOW)
    work()

    assert waited == "queued"
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    assert RecognisedText.objects.filter(photo=photo).exists()


def test_a_picture_that_kills_every_worker_fails_with_its_reason(photo: Photo, use_reader: UseReader) -> None:
    use_reader(KillingReader())
    tasks.queue_unread(NOW)

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            Worker("a").step()
        now = timezone.now()
        Run.objects.expire("a", now, "Its process was ended by SIGKILL.")
        Run.objects.return_lost(now)
        DBTaskResult.objects.filter(status="READY").update(run_after=now - timedelta(seconds=1))

    stage = photo.stages.get(name=TEXT)
    photo.refresh_from_db()
    assert (stage.status, stage.attempts, stage.error) == ("failed", 3, "The analysis broke off 3 times.")
    assert photo.status == Photo.Status.READY
    tasks.queue_unread(timezone.now())
    assert queued() == []


@pytest.mark.usefixtures("reader")
def test_process_missing_counts_and_queues_what_is_not_read(photo: Photo) -> None:
    pipeline.analyse(uploaded(jpeg(colour="blue")), NOW)

    counted = process_missing("--dry-run")
    untouched = Stage.objects.filter(name=TEXT).count()
    told = process_missing()

    assert "The text in 2 photos is not read yet." in counted
    assert untouched == 0
    assert "Reading text: 2 queued" in told
    assert (f"{photo.pk}", "caption") in queued()


def test_process_missing_reads_here_and_repeats_what_failed_where_asked(photo: Photo, reader: FakeReader) -> None:
    reader.error = RuntimeError("the engine gave up")
    broken = process_missing("--now")
    reader.error = None
    left = process_missing("--now")

    repeated = process_missing("--now", "--failed")

    assert "Reading text: 1 of 1" in broken and "Reading text: 1 done, 1 of them failed" in broken
    assert "Reading text: 0 done, 0 of them failed" in left
    assert "Reading text: 1 done, 0 of them failed" in repeated
    assert RecognisedText.objects.filter(photo=photo).exists()


def test_process_missing_says_nothing_of_text_where_it_is_switched_off(photo: Photo) -> None:
    assert "text" not in process_missing("--dry-run")
    assert asking.never_asked(Stage.Name.TEXT) == [photo.pk]
