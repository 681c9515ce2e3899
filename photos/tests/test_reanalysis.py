from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import User
from ai.encoders.base import Encoder
from ai.fakes import FakeEncoder
from jobs.models import Run
from jobs.worker import Worker
from photos import reanalysis
from photos.models import Photo, Reanalysis, Stage
from photos.reanalysis import AlreadyAnalysing, Wanted, begin, cancel, close, next_wave
from photos.reanalysis_progress import progress_of
from photos.tasks import analyse_again, hand_out, look_after_reanalyses
from photos.tests.factories import make_user
from photos.tests.together import at_once

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

NOW = timezone.now()
EMBED = (Stage.Name.EMBEDDING.value,)
ALL, CHOSEN, FAILED = Reanalysis.Scope.ALL, Reanalysis.Scope.CHOSEN, Reanalysis.Scope.FAILED


@pytest.fixture
def small_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reanalysis, "WAVE", 2)


def states(photo: Photo) -> list[str]:
    rows = dict(photo.stages.values_list("name", "status"))
    return [rows[name] for name in Stage.ORDER]


def work_until_idle(times: int = 1000) -> int:
    """Let one worker do what is queued, at most so many jobs; return how many it did."""
    worker = Worker("a")
    return next((done for done in range(times) if not worker.step()), times)


def fail(photo: Photo, name: str, error: str = "It is broken.") -> None:
    photo.stages.filter(name=name).update(status=Stage.Status.FAILED, attempts=3, error=error)
    photo.settle()


class Counting(FakeEncoder):
    """Notes how often it was asked, also where it was handed words meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: list[int] = []

    @property
    def asked(self) -> int:
        return sum(self._asked)

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        self._asked.append(len(images))
        return super().embed_images(images)


def test_all_photos_of_a_person_are_analysed_again_wave_by_wave(
    make_photo: MakePhoto, owner: User, small_waves: None, use_encoder: Callable[[Encoder], None]
) -> None:
    assert small_waves is None
    photos = [make_photo() for _ in range(5)]
    others = [make_photo(owner=make_user("stranger")), make_photo(trashed=True)]
    use_encoder(encoder := Counting())
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)

    most_at_once = 0
    while Worker("a").step():
        most_at_once = max(most_at_once, Run.objects.filter(job__status="READY").count())

    row.refresh_from_db()
    assert (row.total, row.handed_out, encoder.asked) == (5, 5, 5)
    assert all(photo.stages.get(name=Stage.Name.EMBEDDING).reanalysis == row for photo in photos)
    assert not Stage.objects.filter(photo__in=others, reanalysis=row).exists()
    assert most_at_once <= 3  # a wave, and the job that brings the next one
    assert close(row, NOW)


def test_what_comes_in_meanwhile_is_left_out(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    late = make_photo()

    work_until_idle()

    assert not Stage.objects.filter(photo=late, reanalysis=row).exists()


def test_only_chosen_photos_that_are_one_s_own_are_analysed(make_photo: MakePhoto, owner: User) -> None:
    mine, also_mine, foreign = make_photo(), make_photo(), make_photo(owner=make_user("stranger"))

    row = analyse_again(owner, Wanted(CHOSEN, EMBED, [mine.pk, foreign.pk, 10**9]), NOW)
    work_until_idle()

    row.refresh_from_db()
    assert (row.total, row.handed_out) == (1, 1)
    assert set(Stage.objects.filter(reanalysis=row).values_list("photo_id", flat=True)) == {mine.pk}
    assert states(also_mine) == ["done"] * 4


def test_what_failed_is_tried_again_with_the_caption_that_follows(make_photo: MakePhoto, owner: User) -> None:
    broken, torn, whole = make_photo(), make_photo(), make_photo()
    fail(broken, "embedding")
    fail(torn, "thumbnails")

    row = begin(owner, Wanted(FAILED), NOW)
    next_wave(row.pk)

    assert states(broken) == ["done", "done", "queued", "queued"]
    assert states(torn) == ["done", "queued", "done", "done"]
    assert states(whole) == ["done"] * 4


def test_a_photo_keeps_what_it_has_until_it_is_done(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(tags=["boat"], caption="A boat.")

    row = begin(owner, Wanted(ALL, EMBED), NOW)
    next_wave(row.pk)

    photo.refresh_from_db()
    assert (photo.status, photo.caption, photo.tag_names) == (Photo.Status.READY, "A boat.", ["boat"])


def test_of_one_person_only_one_reanalysis_runs_at_a_time(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    begin(owner, Wanted(ALL, EMBED), NOW)
    begin(make_user("somebody else"), Wanted(ALL, EMBED), NOW)

    with pytest.raises(AlreadyAnalysing):
        begin(owner, Wanted(ALL, EMBED), NOW)


def test_the_next_one_may_begin_as_soon_as_the_last_is_done(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    first = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    work_until_idle()

    analyse_again(owner, Wanted(ALL, EMBED), NOW)

    first.refresh_from_db()
    assert (first.ended_at, first.cancelled) == (NOW, False)


def test_nothing_to_analyse_is_over_at_once(owner: User) -> None:
    row = begin(owner, Wanted(ALL, EMBED), NOW)

    assert row.is_over


def test_what_is_cancelled_becomes_what_it_was(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo(), make_photo(), make_photo()]
    fail(photos[1], "embedding", "No vector.")
    photos[2].stages.filter(name="caption").update(status="queued")
    before = [states(photo) for photo in photos]
    row = begin(owner, Wanted(ALL, tuple(Stage.ORDER)), NOW)
    next_wave(row.pk)
    asked = [states(photo) for photo in photos]

    assert cancel(row, NOW)

    assert asked == [["queued"] * 4] * 3
    assert [states(photo) for photo in photos] == before
    assert photos[1].stages.get(name="embedding").error == "No vector."
    assert [photo.status for photo in Photo.objects.order_by("pk")] == ["ready", "failed", "ready"]


def test_what_was_done_before_the_cancel_stays_done_and_no_more_is_begun(
    make_photo: MakePhoto, owner: User, small_waves: None, use_encoder: Callable[[Encoder], None]
) -> None:
    assert small_waves is None
    photos = [make_photo() for _ in range(5)]
    use_encoder(encoder := Counting())
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    work_until_idle(times=2)  # the first wave is handed out, and one photo of it done

    cancel(row, NOW)
    work_until_idle()

    row.refresh_from_db()
    assert (encoder.asked, row.handed_out, row.cancelled) == (1, 1, True)
    assert [states(photo) for photo in photos] == [["done"] * 4] * 5


def test_a_photo_between_two_stages_is_ready_again_after_the_cancel(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo()
    row = begin(owner, Wanted(ALL, EMBED), NOW)
    next_wave(row.pk)
    photo.stages.filter(name="embedding").update(status="done")
    photo.settle()

    cancel(row, NOW)

    photo.refresh_from_db()
    assert photo.status == Photo.Status.READY


def test_what_a_person_asks_for_meanwhile_is_not_cancelled(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo()
    row = begin(owner, Wanted(ALL, EMBED), NOW)
    next_wave(row.pk)
    photo.request([Stage.Name.CAPTION])

    cancel(row, NOW)

    assert states(photo) == ["done", "done", "done", "queued"]


def test_cancelling_twice_is_harmless(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = begin(owner, Wanted(ALL, EMBED), NOW)
    next_wave(row.pk)

    assert [cancel(row, NOW), cancel(row, NOW), next_wave(row.pk)] == [True, False, []]


def test_without_an_encoder_the_heap_does_not_grow_and_work_goes_on_once_there_is_one(
    make_photo: MakePhoto, owner: User, small_waves: None, no_encoder: Path, settings: object
) -> None:
    assert small_waves is None
    for _ in range(6):
        make_photo(model="some@1-32d", embedding=np.ones(32))
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)

    work_until_idle()
    look_after_reanalyses(NOW)
    work_until_idle()

    assert not no_encoder.exists()
    row.refresh_from_db()
    assert row.handed_out == 2
    settings.CLOUDZY_ENCODER = "fake"  # type: ignore[attr-defined]
    for photo_id in row.unfinished.values_list("photo_id", flat=True).distinct():
        Stage.objects.filter(photo_id=photo_id).update(status="done")
    look_after_reanalyses(NOW)
    work_until_idle()
    row.refresh_from_db()
    assert row.handed_out == 6


def test_one_whose_queue_was_lost_goes_on_and_in_the_end_is_closed(make_photo: MakePhoto, owner: User) -> None:
    make_photo()
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    Run.objects.all().delete()

    look_after_reanalyses(NOW)
    look_after_reanalyses(NOW)
    queued = Run.objects.unfinished(hand_out).count()
    work_until_idle()
    look_after_reanalyses(NOW + timedelta(minutes=1))

    row.refresh_from_db()
    assert (queued, row.ended_at) == (1, NOW + timedelta(minutes=1))


def test_an_attempt_that_follows_one_cut_off_at_its_end_hands_nothing_out_twice(
    make_photo: MakePhoto, owner: User, small_waves: None
) -> None:
    assert small_waves is None
    for _ in range(6):
        make_photo()
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    hand_out.enqueue(row.pk)

    Worker("a").step()

    row.refresh_from_db()
    assert row.handed_out == 0
    work_until_idle()
    row.refresh_from_db()
    assert row.handed_out == 6


def test_a_photo_deleted_meanwhile_holds_nothing_up(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo(), make_photo()]
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    work_until_idle(times=1)

    photos[0].delete()
    work_until_idle()

    row.refresh_from_db()
    assert row.is_over


def test_a_photo_in_the_trash_whose_job_was_lost_holds_nothing_up(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo()
    row = analyse_again(owner, Wanted(ALL, EMBED), NOW)
    work_until_idle(times=1)
    photo.trash(NOW)
    Run.objects.all().delete()

    row.refresh_from_db()
    assert row.is_over
    assert progress_of(row, NOW).waiting == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_begun_at_the_same_moment_one_is_refused(make_photo: MakePhoto, owner: User) -> None:
    make_photo()

    raised = at_once(*[partial(begin, owner, Wanted(ALL, EMBED), NOW)] * 3)

    assert [type(problem) for problem in raised] == [AlreadyAnalysing] * 2
    assert Reanalysis.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_waves_and_cancels_at_the_same_moment_lose_no_stage(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo() for _ in range(4)]
    row = begin(owner, Wanted(ALL, EMBED), NOW)

    raised = at_once(
        partial(next_wave, row.pk), partial(cancel, row, NOW), partial(next_wave, row.pk), partial(cancel, row, NOW)
    )

    assert raised == []
    assert [states(photo) for photo in photos] == [["done"] * 4] * 4
    assert not Stage.objects.exclude(before="", reanalysis=None).exists()
