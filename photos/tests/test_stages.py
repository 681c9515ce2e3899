from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from photos.models import Photo, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.factories import at

NOW = at("2024-05-01 12:00")
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def waiting(make_photo: Callable[..., Photo]) -> Photo:
    """A photo with every stage queued."""
    photo = make_photo(status=Photo.Status.QUEUED)
    photo.stages.all().request(Stage.ORDER)
    return photo


def claim(photo: Photo, now: object = NOW, names: object = Stage.ORDER) -> list[Stage]:
    return list(Stage.objects.claim(photo.pk, names, now))  # type: ignore[arg-type]


def test_what_waits_is_claimed_in_order_and_the_attempt_counted(waiting: Photo) -> None:
    claimed = claim(waiting)

    assert [stage.name for stage in claimed] == Stage.ORDER
    assert {(stage.status, stage.attempts) for stage in claimed} == {("running", 1)}


def test_what_is_claimed_is_not_claimed_again(waiting: Photo) -> None:
    claim(waiting)

    assert claim(waiting) == []


def test_only_the_named_stages_are_claimed(waiting: Photo) -> None:
    assert [stage.name for stage in claim(waiting, names=[Stage.Name.CAPTION])] == ["caption"]


def test_what_is_done_or_failed_is_not_claimed(waiting: Photo) -> None:
    first, second, *_ = claim(waiting)
    first.finish(NOW)
    second.fail(NOW, "why")

    assert [stage.name for stage in claim(waiting, LATER)] == ["embedding", "caption"]


def test_a_lost_claim_is_taken_up_after_the_lease_and_not_before(waiting: Photo) -> None:
    claim(waiting)

    assert claim(waiting, NOW + LEASE) == []
    assert len(claim(waiting, LATER)) == 4


def test_the_worker_that_lost_its_claim_writes_nothing(waiting: Photo) -> None:
    late = claim(waiting)[0]
    mine = claim(waiting, LATER)[0]

    assert not late.finish(LATER)
    assert not late.fail(LATER, "why")
    assert not late.release()
    assert mine.finish(LATER)
    assert Stage.objects.get(pk=mine.pk).status == Stage.Status.DONE


def test_after_the_last_attempt_nobody_takes_it_up(waiting: Photo) -> None:
    moments = [NOW + number * (LEASE + timedelta(seconds=1)) for number in range(MAX_ATTEMPTS + 1)]

    counts = [len(claim(waiting, moment)) for moment in moments]

    assert counts == [4] * MAX_ATTEMPTS + [0]
    assert Stage.objects.lost_for_good(moments[-1]).count() == 4
    assert Stage.objects.lost_for_good(moments[-2]).count() == 0


def test_what_a_lost_worker_held_waits_again_and_its_attempts_count(waiting: Photo) -> None:
    token = uuid.uuid4()
    Stage.objects.claim(waiting.pk, [Stage.Name.CAPTION], NOW, token)

    assert waiting.stages.all().abandon([token], NOW) == 1

    stage = waiting.stages.get(name=Stage.Name.CAPTION)
    assert (stage.status, stage.attempts, stage.claim) == ("queued", 1, None)


def test_what_a_lost_worker_held_for_the_last_time_fails(waiting: Photo) -> None:
    token = uuid.uuid4()
    waiting.stages.update(attempts=MAX_ATTEMPTS - 1)
    Stage.objects.claim(waiting.pk, [Stage.Name.CAPTION], NOW, token)

    waiting.stages.all().abandon([token], NOW)

    stage = waiting.stages.get(name=Stage.Name.CAPTION)
    assert (stage.status, stage.error) == ("failed", "The analysis broke off 3 times.")


def test_giving_up_says_why(waiting: Photo) -> None:
    Stage.objects.give_up(NOW)

    assert set(waiting.stages.values_list("status", "error")) == {("failed", "The analysis broke off 3 times.")}


def test_a_released_claim_did_not_count(waiting: Photo) -> None:
    stage = claim(waiting)[0]

    assert stage.release()

    stage.refresh_from_db()
    assert (stage.status, stage.attempts, stage.claim) == ("queued", 0, None)


def test_a_request_starts_afresh_but_leaves_alone_what_is_at_work(waiting: Photo) -> None:
    metadata, thumbnails, *_ = claim(waiting)
    metadata.fail(NOW, "why")

    waiting.stages.all().request([Stage.Name.METADATA, Stage.Name.THUMBNAILS])

    metadata.refresh_from_db()
    thumbnails.refresh_from_db()
    assert (metadata.status, metadata.attempts, metadata.error) == ("queued", 0, "")
    assert thumbnails.status == "running"


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_each_stage(waiting: Photo) -> None:
    start = threading.Barrier(4)
    claimed: list[str] = []

    def work() -> None:
        start.wait()
        try:
            claimed.extend(stage.name for stage in claim(waiting))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(Stage.ORDER)


def test_a_stage_says_how_it_is(waiting: Photo) -> None:
    assert str(waiting.stages.get(name=Stage.Name.CAPTION)) == "caption: queued"
