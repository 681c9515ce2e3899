from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from PIL import ExifTags, Image

from accounts.models import User
from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.vectors import BadVector
from photos import missing, pipeline, storage, thumbnails
from photos.models import Photo, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.factories import at
from photos.tests.pictures import exif, jpeg
from photos.tests.requesting import files_below
from photos.uploads import accept_upload

NOW = at("2024-05-01 12:00")
NEXT_LEASE = LEASE + timedelta(seconds=1)
DATED = exif({ExifTags.Base.Model: "D750"}, {ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22"})


class Interrupted(FakeEncoder):
    """Lets the test do something in the middle of the embedding stage."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.asked = 0

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self.asked += 1
        self.meanwhile()
        return super().embed_images(images)


class Killer(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing in the pipeline catches it."""


def kill() -> None:
    raise Killer


@pytest.fixture
def upload(owner: User) -> Callable[..., Photo]:
    """Bring in a photo as an upload does, not analysed yet."""
    return lambda data=None: accept_upload(ContentFile(data or jpeg(exif=DATED), name="a.jpg"), owner, NOW).photo


def states(photo: Photo) -> list[tuple[str, int]]:
    """Return state and attempts of each stage, in order."""
    rows = {stage.name: (stage.status, stage.attempts) for stage in photo.stages.all()}
    return [rows[name] for name in Stage.ORDER]


def test_an_analysed_photo_has_everything(upload: Callable[..., Photo]) -> None:
    photo = pipeline.analyse(upload(), NOW)

    assert (photo.status, photo.error) == (Photo.Status.READY, "")
    assert (photo.camera, photo.taken_at_source) == ("D750", "exif")
    assert photo.tag_names == ["red"]
    assert photo.caption == "A red, photographed in March 2019."
    assert photo.embedding_model == "fake@1-32d"
    assert states(photo) == [("done", 1)] * 4
    assert all((storage.media_root() / thumbnails.path_for(photo.original, size)).exists() for size in (512, 1600))


def test_analysing_again_does_nothing(upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]) -> None:
    encoder = Interrupted(lambda: None)
    use_encoder(encoder)
    photo = pipeline.analyse(upload(), NOW)

    pipeline.analyse(photo, NOW)

    assert encoder.asked == 1


def test_a_photo_without_its_bytes_fails_with_the_reason(upload: Callable[..., Photo]) -> None:
    photo = upload()
    storage.discard(photo.original)

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.error) == ("failed", "The file of this photo is not in the storage.")
    assert [state for state, _ in states(photo)] == ["failed", "failed", "failed", "done"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(BadVector("all zero"), "The encoder gave no usable vector: all zero"), (ZeroDivisionError("oh"), "ZeroDivision")],
)
def test_one_stage_that_raises_does_not_hold_up_the_others(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None], error: Exception, told: str
) -> None:
    def fail() -> None:
        raise error

    use_encoder(Interrupted(fail))

    photo = pipeline.analyse(upload(), NOW)

    assert photo.status == Photo.Status.FAILED
    assert photo.error.startswith(told)
    assert [state for state, _ in states(photo)] == ["done", "done", "failed", "done"]
    assert photo.caption == "A photo taken on 21 March 2019."


def test_repeating_runs_what_failed_and_what_follows_from_it(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    use_encoder(Interrupted(lambda: 1 / 0))
    photo = pipeline.analyse(upload(), NOW)
    use_encoder(FakeEncoder())

    photo = pipeline.repeat(photo, NOW)

    assert (photo.status, photo.error) == (Photo.Status.READY, "")
    assert photo.caption == "A red, photographed in March 2019."


def test_a_missing_encoder_is_waited_for_and_counts_no_attempt(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    def unavailable() -> None:
        raise EncoderUnavailable("no files")

    use_encoder(Interrupted(unavailable))
    photo = pipeline.analyse(upload(), NOW)
    assert states(photo) == [("done", 1), ("done", 1), ("queued", 0), ("queued", 0)]
    use_encoder(FakeEncoder())

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.tag_names) == (Photo.Status.READY, ["red"])


def test_the_caption_waits_with_the_tags_also_after_a_lost_worker(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    def unavailable() -> None:
        raise EncoderUnavailable("no files")

    photo = upload()
    Stage.objects.claim(photo.pk, Stage.ORDER, NOW)
    use_encoder(Interrupted(unavailable))

    photo = pipeline.analyse(photo, NOW + NEXT_LEASE)
    assert (photo.status, photo.caption) == (Photo.Status.QUEUED, "")
    use_encoder(FakeEncoder())

    photo = pipeline.analyse(photo, NOW + NEXT_LEASE)

    assert (photo.status, photo.caption) == (Photo.Status.READY, "A red, photographed in March 2019.")


def test_what_a_person_says_while_a_stage_runs_is_kept(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    photo = upload()
    said = {"caption": "Mine.", "title": "My title", "taken_at": at("2001-01-01 00:00")}
    use_encoder(Interrupted(lambda: Photo.objects.get(pk=photo.pk).edit(said)))

    photo = pipeline.analyse(photo, NOW)

    assert (photo.caption, photo.title) == ("Mine.", "My title")
    assert (photo.taken_at, photo.taken_at_source) == (at("2001-01-01 00:00"), "human")
    assert photo.camera == "D750"


def test_a_tag_rejected_while_a_stage_runs_stays_rejected(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    photo = pipeline.analyse(upload(), NOW)
    use_encoder(Interrupted(lambda: Photo.objects.get(pk=photo.pk).set_tags(["boat"])))

    photo = pipeline.repeat(photo, NOW, [Stage.Name.EMBEDDING])

    assert (photo.tag_names, photo.caption) == (["boat"], "A boat, photographed in March 2019.")


def test_a_late_result_for_a_deleted_photo_leaves_nothing(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None], media: Path
) -> None:
    photo = upload()

    def delete() -> None:
        storage.discard(photo.original)
        Photo.objects.get(pk=photo.pk).delete()

    use_encoder(Interrupted(delete))

    pipeline.analyse(photo, NOW)

    assert not Photo.objects.exists()
    assert files_below(media) == []


def test_a_worker_that_lost_its_claim_overwrites_nothing(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    photo = upload()

    def another_worker() -> None:
        use_encoder(FakeEncoder())
        pipeline.analyse(photo, NOW + NEXT_LEASE)
        Photo.objects.get(pk=photo.pk).edit({"rating": 5})

    use_encoder(Interrupted(another_worker))

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.rating) == (Photo.Status.READY, 5)
    assert states(photo) == [("done", 2)] * 4


def test_a_photo_that_kills_its_worker_fails_after_three_attempts_and_others_go_on(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    poison, other = upload(), upload(jpeg(colour="blue"))
    use_encoder(Interrupted(kill))
    for number in range(MAX_ATTEMPTS):
        with pytest.raises(Killer):
            pipeline.analyse(poison, NOW + number * NEXT_LEASE)
    use_encoder(FakeEncoder())
    later = NOW + MAX_ATTEMPTS * NEXT_LEASE

    assert missing.give_up_lost(later) == 1
    done = list(missing.complete(missing.unfinished(later), later))

    poison.refresh_from_db()
    assert (poison.status, poison.error) == ("failed", "The analysis broke off 3 times.")
    assert [state for state, _ in states(poison)] == ["done", "done", "failed", "done"]
    assert done[-1].pk == other.pk
    assert done[-1].status == Photo.Status.READY


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_photo_do_each_stage_once(
    upload: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    photo = upload()
    encoder = Interrupted(lambda: None)
    use_encoder(encoder)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            pipeline.analyse(photo, NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert encoder.asked == 1
    assert states(photo) == [("done", 1)] * 4
    assert Photo.objects.get().status == Photo.Status.READY
