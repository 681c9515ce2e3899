"""The stage that finds colours: of what comes in, and of what was there before."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from ai.loading import forget_encoder
from jobs.models import Run
from jobs.worker import Worker
from photos import asking, colouring, curation, missing, pipeline, storage, tasks, thumbnails
from photos.models import ColourName, Photo, PhotoColour, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.interrupted import NOW, uploaded
from photos.tests.pictures import corners, encoded, jpeg
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
COLOURS = Stage.Name.COLOURS


def names_of(photo: Photo) -> set[str]:
    return set(ColourName.objects.filter(photo=photo).values_list("name", flat=True))


def stage_of(photo: Photo) -> Stage:
    return photo.stages.get(name=COLOURS)


def older(colour: str = "teal") -> Photo:
    """Bring in a photo, analysed, as it was before colours were looked for."""
    photo = pipeline.analyse(uploaded(jpeg(colour=colour)), NOW)
    photo.stages.filter(name=COLOURS).delete()
    photo.colours.all().delete()
    photo.colour_names.all().delete()
    return photo


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def process_missing(*options: str) -> str:
    out = StringIO()
    call_command("process_missing", *options, stdout=out)
    return out.getvalue()


def test_an_upload_has_its_colours_at_once(client: Client) -> None:
    pk = post_photo(client, encoded(corners((400, 300)), "PNG")).json()["id"]

    photo = Photo.objects.get(pk=pk)
    assert names_of(photo) == {"red", "green", "blue", "yellow"}
    assert [shade.share for shade in PhotoColour.objects.palettes([pk])[pk]] == pytest.approx([0.25] * 4, abs=0.02)
    assert (stage_of(photo).status, photo.status) == ("done", "ready")


@pytest.mark.usefixtures("no_encoder")
def test_colours_are_found_before_an_encoder_is_there() -> None:
    forget_encoder()
    photo = pipeline.analyse(uploaded(), NOW)

    assert stage_of(photo).status == "done"
    assert names_of(photo) == {"red"}
    assert photo.status == Photo.Status.QUEUED


def test_a_photo_whose_colours_cannot_be_found_is_ready_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Image.Image) -> None:
        raise ValueError("no such colour")

    with monkeypatch.context() as patched:
        patched.setattr(colouring, "palette_of", broken)
        photo = pipeline.analyse(uploaded(), NOW)
    failed = stage_of(photo)

    again = curation.reanalyse(photo, NOW)

    assert (failed.status, failed.error) == ("failed", "ValueError: no such colour")
    assert (photo.status, photo.error) == (Photo.Status.READY, "")
    assert (stage_of(again).status, names_of(again)) == ("done", {"red"})


def test_once_more_changes_nothing_and_writes_no_name_anew() -> None:
    photo = pipeline.analyse(uploaded(encoded(corners(), "PNG")), NOW)
    rows = set(ColourName.objects.values_list("pk", "name"))

    curation.reanalyse(photo, NOW, [COLOURS])

    assert set(ColourName.objects.values_list("pk", "name")) == rows
    assert photo.colours.count() == 4


def test_what_a_photo_has_no_longer_goes() -> None:
    photo = pipeline.analyse(uploaded(), NOW)
    blue = colouring.look(Image.new("RGB", (10, 10), "navy"))

    blue(photo)

    assert names_of(photo) == {"navy", "blue"}
    assert [colour.number for colour in photo.colours.all()] == [0x000080]


def test_an_older_photo_is_looked_at_in_its_rendition() -> None:
    photo = older()
    storage.discard(photo.original)

    pipeline.repeat(photo, NOW, [COLOURS])

    assert names_of(photo) == {"teal"}


def test_without_a_rendition_the_original_is_looked_at() -> None:
    photo = older()
    thumbnails.remove(storage.media_root(), photo.original)

    pipeline.repeat(photo, NOW, [COLOURS])

    assert names_of(photo) == {"teal"}


def test_an_older_photo_without_any_bytes_stays_ready() -> None:
    photo = older()
    thumbnails.remove(storage.media_root(), photo.original)
    storage.discard(photo.original)

    photo = pipeline.repeat(photo, NOW, [COLOURS])

    assert stage_of(photo).status == "failed"
    assert "file" in stage_of(photo).error
    assert photo.status == Photo.Status.READY


def test_a_library_from_before_gets_its_colours_from_the_workers_and_stays_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks.catching_up, "QUEUED_AT_ONCE", 2)
    photos = [older(colour) for colour in ("teal", "navy", "orange", "white", "pink")]

    tasks.look_for_uncoloured(NOW)
    asked_by_the_request = Stage.objects.filter(name=COLOURS).count()
    statuses = set()
    worker = Worker("a")
    while worker.step():
        statuses |= set(Photo.objects.values_list("status", flat=True))
    tasks.look_for_uncoloured(NOW)

    assert asked_by_the_request == 0
    assert statuses == {"ready"}
    assert [names_of(photo) for photo in photos] == [{"teal"}, {"navy", "blue"}, {"orange"}, {"white", "bw"}, {"pink"}]
    assert not Run.objects.unfinished(tasks.ask_for_colours).exists()


def test_while_the_disk_is_away_no_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.catching_up, "QUEUED_AT_ONCE", 1)
    first, second = older(), older("navy")
    for photo in (first, second):
        thumbnails.remove(storage.media_root(), photo.original)
        storage.discard(photo.original)
    (storage.media_root() / storage.MARKER).unlink()

    tasks.look_for_uncoloured(NOW)
    work()

    assert stage_of(first).status == "queued"
    assert not second.stages.filter(name=COLOURS).exists()


def test_two_workers_begin_once() -> None:
    older()

    tasks.look_for_uncoloured(NOW)
    tasks.look_for_uncoloured(NOW)

    assert Run.objects.unfinished(tasks.ask_for_colours).count() == 1


def test_what_a_worker_left_behind_is_queued_again() -> None:
    photo = older()
    asking.ask_for(COLOURS, [photo.pk])
    Stage.objects.claim(photo.pk, [COLOURS], NOW)

    tasks.queue_uncoloured(NOW)
    at_work = Run.objects.unfinished(tasks.analyse_photo).count()
    tasks.queue_uncoloured(timezone.now() + LEASE)
    work()

    assert at_work == 0
    assert names_of(photo) == {"teal"}


def test_process_missing_counts_queues_and_finds_them() -> None:
    photo, other = older(), older("navy")

    counted = process_missing("--dry-run")
    untouched = Stage.objects.filter(name=COLOURS).count()
    queued = process_missing()
    done = process_missing("--now")

    assert "2 photos have no colours yet." in counted
    assert untouched == 0
    assert "Finding colours: 2 queued" in queued
    assert "Finding colours: 2 done" in done
    assert (names_of(photo), names_of(other)) == ({"teal"}, {"navy", "blue"})


def test_process_missing_repeats_what_failed_where_asked() -> None:
    photo = older()
    thumbnails.remove(storage.media_root(), photo.original)
    original = storage.path_of(photo.original)
    data = original.read_bytes()
    original.unlink()
    process_missing("--now")
    original.write_bytes(data)

    left = process_missing("--now")
    repeated = process_missing("--now", "--failed")

    assert "Finding colours: 0 done" in left
    assert "Finding colours: 1 done" in repeated
    assert names_of(photo) == {"teal"}


def test_colours_go_with_their_photo(make_photo: MakePhoto) -> None:
    photo = pipeline.analyse(uploaded(), NOW)
    make_photo()

    photo.delete()

    assert not PhotoColour.objects.exists()
    assert not ColourName.objects.exists()


def test_a_late_result_for_a_deleted_photo_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = uploaded()
    look = colouring.palette_of

    def deleting(image: Image.Image) -> object:
        Photo.objects.filter(pk=photo.pk).delete()
        return look(image)

    monkeypatch.setattr(colouring, "palette_of", deleting)
    pipeline.analyse(photo, NOW, [COLOURS])

    assert not PhotoColour.objects.exists()


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


def test_a_photo_that_kills_its_worker_over_its_colours_is_ready_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_: Image.Image) -> None:
        raise Killed

    monkeypatch.setattr(colouring, "palette_of", kill)
    photo = uploaded()

    for attempt in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            pipeline.analyse(photo, NOW + 2 * attempt * LEASE)
    later = NOW + 2 * MAX_ATTEMPTS * LEASE
    missing.give_up_lost(later)
    photo = pipeline.analyse(photo, later)

    assert (stage_of(photo).status, stage_of(photo).error) == ("failed", "The analysis broke off 3 times.")
    assert photo.status == Photo.Status.READY
    assert "red" in photo.tag_names
