from __future__ import annotations

from collections.abc import Callable

import pytest

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from ai.vectors import BadVector
from photos import pipeline, storage, thumbnails
from photos.embeddings import models_of
from photos.models import Photo, Stage
from photos.models.stage import LEASE
from photos.tests.interrupted import NOW, Interrupted, states, uploaded
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

NEXT_LEASE = LEASE * 2


def test_an_analysed_photo_has_everything() -> None:
    photo = pipeline.analyse(uploaded(), NOW)

    assert (photo.status, photo.error) == (Photo.Status.READY, "")
    assert (photo.camera, photo.taken_at_source) == ("D750", "exif")
    assert photo.tag_names == ["red"]
    assert photo.caption == "A red, photographed in March 2019."
    assert models_of(photo.pk) == ["fake@1-32d"]
    assert states(photo) == [("done", 1)] * 4
    assert all((storage.media_root() / thumbnails.path_for(photo.original, size)).exists() for size in (512, 1600))


def test_how_long_each_stage_took_is_kept_whatever_came_of_it() -> None:
    whole = pipeline.analyse(uploaded(), NOW)
    broken = uploaded(jpeg(colour="blue"))
    storage.discard(broken.original)
    pipeline.analyse(broken, NOW)

    taken = Stage.objects.filter(photo__in=[whole, broken]).values_list("seconds", flat=True)

    assert len(taken) == 2 * len(Stage.QUICK)
    assert all(0 <= (seconds or -1) < 60 for seconds in taken)


def test_analysing_again_does_nothing(use_encoder: Callable[[Encoder], None]) -> None:
    encoder = Interrupted(lambda: None)
    use_encoder(encoder)
    photo = pipeline.analyse(uploaded(), NOW)

    pipeline.analyse(photo, NOW)

    assert encoder.asked == 1


def test_a_photo_without_its_bytes_fails_with_the_reason() -> None:
    photo = uploaded()
    storage.discard(photo.original)

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.error) == ("failed", "The file of this photo is not in the storage.")
    assert [state for state, _ in states(photo)] == ["failed", "failed", "failed", "done"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(BadVector("all zero"), "The encoder gave no usable vector: all zero"), (ZeroDivisionError("oh"), "ZeroDivision")],
)
def test_one_stage_that_raises_does_not_hold_up_the_others(
    use_encoder: Callable[[Encoder], None], error: Exception, told: str
) -> None:
    def fail() -> None:
        raise error

    use_encoder(Interrupted(fail))

    photo = pipeline.analyse(uploaded(), NOW)

    assert photo.status == Photo.Status.FAILED
    assert photo.error.startswith(told)
    assert [state for state, _ in states(photo)] == ["done", "done", "failed", "done"]
    assert photo.caption == "A photo taken on 21 March 2019."


@pytest.mark.parametrize("error", [MemoryError(), OSError("the device is busy")])
def test_a_stage_that_breaks_off_is_tried_anew_and_fails_at_the_third_attempt(
    use_encoder: Callable[[Encoder], None], error: Exception
) -> None:
    troubles = [error, error]

    def flaky() -> None:
        if troubles:
            raise troubles.pop()

    use_encoder(Interrupted(flaky))
    photo, other = uploaded(), uploaded(jpeg(colour="blue"))
    waiting = pipeline.analyse(photo, NOW)
    again = pipeline.analyse(photo, NOW)
    before = states(photo)
    ready = pipeline.analyse(photo, NOW)
    troubles.extend([error] * 3)
    for _ in range(3):
        failed = pipeline.analyse(other, NOW)

    assert (waiting.status, again.status, before[2]) == ("queued", "queued", ("queued", 2))
    assert (ready.status, ready.error, ready.tag_names) == ("ready", "", ["red"])
    assert (failed.status, type(error).__name__ in failed.error) == ("failed", True)


def test_repeating_runs_what_failed_and_what_follows_from_it(use_encoder: Callable[[Encoder], None]) -> None:
    use_encoder(Interrupted(lambda: 1 / 0))
    photo = pipeline.analyse(uploaded(), NOW)
    use_encoder(FakeEncoder())

    photo = pipeline.repeat(photo, NOW)

    assert (photo.status, photo.error) == (Photo.Status.READY, "")
    assert photo.caption == "A red, photographed in March 2019."


def test_a_missing_encoder_is_waited_for_and_counts_no_attempt(use_encoder: Callable[[Encoder], None]) -> None:
    def unavailable() -> None:
        raise EncoderUnavailable("no files")

    use_encoder(Interrupted(unavailable))
    photo = pipeline.analyse(uploaded(), NOW)
    assert states(photo) == [("done", 1), ("done", 1), ("queued", 0), ("queued", 0)]
    use_encoder(FakeEncoder())

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.tag_names) == (Photo.Status.READY, ["red"])


def test_the_caption_waits_with_the_tags_also_after_a_lost_worker(use_encoder: Callable[[Encoder], None]) -> None:
    def unavailable() -> None:
        raise EncoderUnavailable("no files")

    photo = uploaded()
    Stage.objects.claim(photo.pk, Stage.ORDER, NOW)
    use_encoder(Interrupted(unavailable))

    photo = pipeline.analyse(photo, NOW + NEXT_LEASE)
    assert (photo.status, photo.caption) == (Photo.Status.QUEUED, "")
    use_encoder(FakeEncoder())

    photo = pipeline.analyse(photo, NOW + NEXT_LEASE)

    assert (photo.status, photo.caption) == (Photo.Status.READY, "A red, photographed in March 2019.")
