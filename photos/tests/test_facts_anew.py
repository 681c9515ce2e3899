"""Photos that an earlier reader has read: what today's finds in them comes in by itself."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from PIL.ExifTags import Base

from jobs.models import Run
from jobs.worker import Worker
from photos import older, pipeline, storage, tasks
from photos.curation import edit_photo
from photos.models import Photo, Stage
from photos.models.stage import LEASE
from photos.tasks.calling_off import photos_called_off
from photos.tests import pictures
from photos.tests.interrupted import NOW, uploaded
from photos.tests.xmp import bag, packet

pytestmark = pytest.mark.django_db

METADATA = Stage.Name.METADATA
PAST = {"camera_model": "", "title": "", "rating": None, "taken_at": NOW, "taken_at_source": Photo.DateSource.UPLOAD}


def fresh(number: int = 1) -> Photo:
    exif = pictures.exif({Base.Model: f"R{number}"}, {Base.DateTimeOriginal: "2019:07:01 12:00:00"})
    xmp = packet(bag("dc:title", "Tower", kind="Alt"), xmp__Rating="4")
    return pipeline.analyse(uploaded(pictures.jpeg(size=(80, 60), exif=exif, xmp=xmp)), NOW)


def read_long_ago(number: int = 1, version: int | None = None) -> Photo:
    """Bring in a photo as it was when an earlier reader had read it, which saw nothing."""
    photo = fresh(number)
    Photo.objects.filter(pk=photo.pk).update(**PAST, updated_at=NOW)
    photo.stages.filter(name=METADATA).update(version=version)
    return now_(photo)


def now_(photo: Photo) -> Photo:
    return Photo.objects.get(pk=photo.pk)


def work() -> set[str]:
    """Let a worker do all there is; return what photos said of themselves meanwhile."""
    worker, statuses = Worker("a"), set()
    while worker.step():
        statuses |= set(Photo.objects.values_list("status", flat=True))
    return statuses


@pytest.mark.parametrize("version", [None, 0])
def test_what_todays_reader_finds_comes_in_and_photos_stay_ready(
    monkeypatch: pytest.MonkeyPatch, version: int | None
) -> None:
    monkeypatch.setattr(tasks.catching_up, "QUEUED_AT_ONCE", 2)
    photos = [read_long_ago(number, version) for number in range(5)]

    tasks.look_for_unread_facts(NOW)
    asked_by_the_duty = Stage.objects.filter(status=Stage.Status.QUEUED).count()
    statuses = work()

    again = [now_(photo) for photo in photos]
    assert (asked_by_the_duty, statuses) == (0, {"ready"})
    assert [photo.camera_model for photo in again] == ["R0", "R1", "R2", "R3", "R4"]
    assert {(photo.title, photo.rating, photo.taken_at.year) for photo in again} == {("Tower", 4, 2019)}
    assert {stage.version for stage in Stage.objects.filter(name=METADATA)} == {Stage.VERSIONS[METADATA]}
    assert older.lacking(METADATA) == []
    assert not Run.objects.unfinished(tasks.ask_for_facts).exists()


def test_the_caption_tells_of_the_date_that_was_found() -> None:
    photo = read_long_ago()
    Photo.objects.update(caption="A caption of before.")

    tasks.look_for_unread_facts(NOW)
    work()

    assert "2019" in now_(photo).caption


def test_photos_that_are_up_to_date_are_not_touched() -> None:
    known, unknown = fresh(1), read_long_ago(2)
    before = now_(known).updated_at, known.stages.get(name=METADATA).finished_at

    tasks.look_for_unread_facts(NOW)
    work()

    assert (now_(known).updated_at, known.stages.get(name=METADATA).finished_at) == before
    assert now_(unknown).camera_model == "R2"


def test_nobody_is_asked_where_all_are_up_to_date() -> None:
    fresh()

    tasks.look_for_unread_facts(NOW)

    assert not Run.objects.unfinished(tasks.ask_for_facts).exists()


def test_a_reader_that_has_improved_reads_all_once_more_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = fresh()
    monkeypatch.setitem(Stage.VERSIONS, METADATA, Stage.VERSIONS[METADATA] + 1)
    lacked = older.lacking(METADATA)

    tasks.look_for_unread_facts(NOW)
    work()
    tasks.look_for_unread_facts(NOW)

    assert lacked == [photo.pk]
    assert not Run.objects.unfinished(tasks.ask_for_facts).exists()


def test_what_a_person_has_set_survives() -> None:
    photo = read_long_ago()
    changes = {"title": "Mine", "taken_at": datetime(1999, 1, 1), "rating": None, "caption": "My caption"}
    edit_photo(photo, changes, NOW)

    tasks.look_for_unread_facts(NOW)
    work()

    again = now_(photo)
    assert (again.title, again.taken_at.year, again.rating, again.caption) == ("Mine", 1999, None, "My caption")
    assert again.camera_model == "R1"


def test_it_comes_behind_all_else() -> None:
    photo = read_long_ago()
    tasks.look_for_unread_facts(NOW)
    Worker("a").step()
    new = uploaded(pictures.png())
    tasks.queue_photos([new.pk])
    tasks.queue_left_behind(NOW)

    queues = dict(Run.objects.unfinished(tasks.analyse_photo).values_list("subject", "job__queue_name"))
    Worker("a").step()

    assert queues == {str(photo.pk): "maintenance", str(new.pk): "ingest"}
    assert (now_(new).status, now_(photo).camera_model) == (Photo.Status.READY, "")


def test_a_photo_in_the_trash_is_read_once_it_comes_back() -> None:
    photo = read_long_ago()
    photo.trash(NOW)
    tasks.look_for_unread_facts(NOW)
    asked_in_the_trash = Run.objects.unfinished(tasks.ask_for_facts).exists()
    photo.restore()

    tasks.look_for_unread_facts(NOW)
    work()

    assert (asked_in_the_trash, now_(photo).camera_model) == (False, "R1")


def test_what_is_called_off_is_as_it_was_and_asked_for_another_time() -> None:
    photo = read_long_ago()
    tasks.look_for_unread_facts(NOW)
    Worker("a").step()

    photos_called_off(tasks.analyse_photo.module_path, [str(photo.pk)], NOW)

    assert now_(photo).status == Photo.Status.READY
    assert older.lacking(METADATA) == [photo.pk]


def test_while_the_disk_is_away_no_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.catching_up, "QUEUED_AT_ONCE", 1)
    first, second = read_long_ago(1), read_long_ago(2)
    for photo in (first, second):
        storage.discard(photo.original)
    (storage.media_root() / storage.MARKER).unlink()

    tasks.look_for_unread_facts(NOW)
    work()

    assert [photo.stages.get(name=METADATA).status for photo in (first, second)] == ["queued", "done"]


def test_process_missing_tells_queues_and_reads() -> None:
    photo, out = read_long_ago(), StringIO()

    call_command("process_missing", "--dry-run", stdout=out)
    call_command("process_missing", stdout=out)
    queued = list(Run.objects.unfinished(tasks.analyse_photo).values_list("job__queue_name", flat=True))
    call_command("process_missing", "--now", stdout=out)

    assert "1 photos were read by an earlier reader." in out.getvalue()
    assert "Reading facts: 1 queued" in out.getvalue()
    assert queued == ["maintenance"]
    assert now_(photo).camera_model == "R1"
    assert older.lacking(METADATA) == []


def test_two_workers_begin_once() -> None:
    read_long_ago()

    tasks.look_for_unread_facts(NOW)
    tasks.look_for_unread_facts(NOW)

    assert Run.objects.unfinished(tasks.ask_for_facts).count() == 1


def test_a_worker_that_is_lost_over_it_is_followed_by_another() -> None:
    photo = read_long_ago()
    older.ask_for(METADATA, [photo.pk])
    Stage.objects.claim(photo.pk, [METADATA], NOW)

    tasks.queue_left_behind(NOW + LEASE * 2)
    work()

    assert (now_(photo).status, now_(photo).camera_model) == (Photo.Status.READY, "R1")
    assert older.lacking(METADATA) == []


def test_a_file_that_cannot_be_read_any_more_is_said_and_its_facts_stay() -> None:
    photo = read_long_ago()
    Photo.objects.update(title="Known before")
    storage.discard(photo.original)

    tasks.look_for_unread_facts(NOW)
    work()

    again = now_(photo)
    assert (again.status, again.title) == (Photo.Status.FAILED, "Known before")
    assert again.error
    assert older.lacking(METADATA) == []  # what failed is not tried for ever
