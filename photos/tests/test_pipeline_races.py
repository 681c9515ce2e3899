"""What happens while a stage runs: persons, other workers and lost ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from ai.encoders.base import Encoder
from ai.fakes import FakeEncoder
from photos import missing, pipeline, storage
from photos.models import Photo, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.factories import at
from photos.tests.interrupted import NOW, Interrupted, states, uploaded
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below

pytestmark = pytest.mark.django_db

NEXT_LEASE = LEASE * 2


class Killer(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing in the pipeline catches it."""


def kill() -> None:
    raise Killer


def test_what_a_person_says_while_a_stage_runs_is_kept(use_encoder: Callable[[Encoder], None]) -> None:
    photo = uploaded()
    said = {"caption": "Mine.", "title": "My title", "taken_at": at("2001-01-01 00:00")}
    use_encoder(Interrupted(lambda: Photo.objects.get(pk=photo.pk).edit(said)))

    photo = pipeline.analyse(photo, NOW)

    assert (photo.caption, photo.title) == ("Mine.", "My title")
    assert (photo.taken_at, photo.taken_at_source) == (at("2001-01-01 00:00"), "human")
    assert photo.camera == "D750"


def test_a_tag_rejected_while_a_stage_runs_stays_rejected(use_encoder: Callable[[Encoder], None]) -> None:
    photo = pipeline.analyse(uploaded(), NOW)
    use_encoder(Interrupted(lambda: Photo.objects.get(pk=photo.pk).set_tags(["boat"])))

    photo = pipeline.repeat(photo, NOW, [Stage.Name.EMBEDDING])

    assert (photo.tag_names, photo.caption) == (["boat"], "A photo tagged “boat”, taken on 21 March 2019.")


def test_a_late_result_for_a_deleted_photo_leaves_nothing(use_encoder: Callable[[Encoder], None], media: Path) -> None:
    photo = uploaded()

    def delete() -> None:
        storage.discard(photo.original)
        Photo.objects.get(pk=photo.pk).delete()

    use_encoder(Interrupted(delete))

    pipeline.analyse(photo, NOW)

    assert not Photo.objects.exists()
    assert files_below(media) == []


def test_a_worker_that_lost_its_claim_overwrites_nothing(use_encoder: Callable[[Encoder], None]) -> None:
    photo = uploaded()

    def another_worker() -> None:
        use_encoder(FakeEncoder())
        pipeline.analyse(photo, NOW + NEXT_LEASE)
        Photo.objects.get(pk=photo.pk).edit({"rating": 5})

    use_encoder(Interrupted(another_worker))

    photo = pipeline.analyse(photo, NOW)

    assert (photo.status, photo.rating) == (Photo.Status.READY, 5)
    assert states(photo) == [("done", 2)] * 4


def test_a_photo_that_kills_its_worker_fails_after_three_attempts_and_others_go_on(
    use_encoder: Callable[[Encoder], None],
) -> None:
    poison, other = uploaded(), uploaded(jpeg(colour="blue"))
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
def test_two_workers_with_one_photo_do_each_stage_once(use_encoder: Callable[[Encoder], None]) -> None:
    photo = uploaded()
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
