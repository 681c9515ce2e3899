"""Photos that a model finds very much alike, and from which cosine on it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from accounts.models import User
from ai.encoders.base import Encoder, model_key
from ai.fakes import FakeEncoder
from ai.loading import forget_encoder, get_encoder
from jobs.models import Run
from jobs.worker import Worker
from photos import pipeline, tasks
from photos.duplicates import lookalikes
from photos.duplicates.lookalikes import bound_of, compare_some
from photos.encoding import adopt
from photos.models import ActiveModel, DuplicateGroup, Fingerprint, LikenessBound, Lookalike, Photo
from photos.tests.duplicated import NOW, differing, found, seen
from photos.tests.factories import make_user
from photos.tests.interrupted import uploaded
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

DIMENSION = FakeEncoder().dimension
BOUND = 0.95


@pytest.fixture
def model(db: None) -> str:  # noqa: ARG001 - it opens the database
    """The key of the library's model, with its bound known."""
    adopt(get_encoder())
    key = model_key(get_encoder())
    LikenessBound.objects.create(model=key, cosine=BOUND, pictures=48, measured_at=NOW)
    return key


def leaning(cosine: float, towards: int = 0, otherwise: int = 1) -> np.ndarray:
    """Return a unit vector that has this cosine with one axis."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[towards], vector[otherwise] = cosine, np.sqrt(1 - cosine**2)
    return vector


def kept() -> dict[tuple[int, int], Any]:
    rows = Lookalike.objects.values_list("first_id", "second_id", "cosine")
    return {(first, second): pytest.approx(cosine, abs=1e-5) for first, second, cosine in rows}


def compare(owner: User) -> None:
    while compare_some(owner, NOW):
        pass


def test_pairs_are_kept_from_the_bound_on(owner: User, model: str) -> None:
    one, near, far = (seen(embedding=leaning(cosine)).pk for cosine in (1, 0.96, 0.9))

    compare(owner)

    assert kept() == {(one, near): 0.96, (near, far): 0.96 * 0.9 + np.sqrt((1 - 0.96**2) * (1 - 0.9**2))}
    assert set(Fingerprint.objects.values_list("compared_by", flat=True)) == {model}


def test_slices_and_pieces_find_what_brute_force_does(owner: User, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    centres = chance.normal(size=(4, DIMENSION))
    vectors = centres[chance.integers(0, 4, 40)] + chance.normal(scale=0.25, size=(40, DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = [seen(embedding=vector).pk for vector in vectors]
    monkeypatch.setattr(lookalikes, "AT_ONCE", 7)

    compare(owner)

    cosines = vectors @ vectors.T
    pairs = zip(*np.nonzero(np.triu(cosines >= BOUND, 1)), strict=True)
    assert kept() == {(numbers[one], numbers[other]): cosines[one, other] for one, other in pairs}
    assert 0 < len(kept()) < 40 * 39 / 2
    assert model


def test_of_many_the_closest_are_kept(owner: User, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookalikes, "MOST_EACH", 2)
    cosines = (0.955, 0.99, 0.97, 0.98)
    around = [seen(embedding=leaning(cosine, otherwise=place + 1)).pk for place, cosine in enumerate(cosines)]
    Fingerprint.objects.update(compared_by=model)
    centre = seen(embedding=leaning(1)).pk

    compare(owner)

    assert set(kept()) == {(around[1], centre), (around[3], centre)}


def test_only_one_s_own_photos_outside_the_trash_are_compared(owner: User, model: str) -> None:
    seen(embedding=leaning(1))
    seen(embedding=leaning(1), owner=make_user("eve"))
    seen(embedding=leaning(1), trashed=True)

    compare(owner)

    assert (kept(), model) == ({}, model_key(get_encoder()))


def test_archived_photos_are_compared_too(owner: User, model: str) -> None:
    one, other = seen(embedding=leaning(1), archived=True), seen(embedding=leaning(1))

    compare(owner)

    assert (kept(), bool(model)) == ({(one.pk, other.pk): 1.0}, True)


class Steady(FakeEncoder):
    """Makes of an altered picture what is this near to what it makes of it as it was."""

    def __init__(self, cosines: Sequence[float]) -> None:
        super().__init__()
        self.cosines = list(cosines)
        self._calls: list[int] = []  # shared with the copies that are handed a vocabulary

    @property
    def asked(self) -> int:
        return len(self._calls)

    def embed_images(self, images: Sequence[object]) -> np.ndarray:
        self._calls.append(len(images))
        if self.asked % 2:
            return np.stack([leaning(1) for _ in images])
        return np.stack([leaning(self.cosines[place % len(self.cosines)]) for place in range(len(images))])


def library_of(count: int) -> str:
    for number in range(count):
        pipeline.analyse(uploaded(jpeg(comment=f"{number}".encode())), NOW)
    return model_key(get_encoder())


@pytest.mark.parametrize(("cosines", "bound"), [((0.99, 0.98, 0.97, 0.96), 0.9675), ((0.5,), 0.9), ((1.0,), 0.995)])
def test_a_bound_is_what_most_slightly_altered_pictures_reach(
    use_encoder: Callable[[Encoder], None], cosines: Sequence[float], bound: float
) -> None:
    key = library_of(8)
    use_encoder(Steady(cosines))

    assert bound_of(key, NOW) == pytest.approx(bound, abs=1e-4)
    assert LikenessBound.objects.get().pictures == 8


def test_a_bound_is_measured_anew_only_when_a_small_library_has_doubled(
    use_encoder: Callable[[Encoder], None],
) -> None:
    key = library_of(8)
    encoder = Steady([0.96])
    use_encoder(encoder)
    bound_of(key, NOW)
    Fingerprint.objects.update(compared_by=key)
    asked = encoder.asked
    bound_of(key, NOW)
    again = encoder.asked
    for number in range(8):
        seen(differing(number), embedding=leaning(1))

    bound_of(key, NOW)

    assert (asked, again) == (2, 2)
    assert encoder.asked == 4
    assert not Fingerprint.objects.filter(compared_by=key).exists()


def test_a_handful_of_photos_has_the_bound_that_search_has(owner: User) -> None:
    assert owner.pk
    assert bound_of(library_of(2), NOW) == 0.97


def test_a_model_that_looks_at_no_pictures_finds_nothing_alike(owner: User, settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"
    forget_encoder()
    pipeline.analyse(uploaded(), NOW)

    assert not compare_some(owner, NOW)
    assert (kept(), LikenessBound.objects.count()) == ({}, 0)
    forget_encoder()


def test_nothing_waits_for_an_encoder_that_is_away(owner: User, no_encoder: object) -> None:
    ActiveModel.adopt("compact", "compact@gone")
    seen(embedding=leaning(1), model="compact@gone")
    forget_encoder()

    assert not compare_some(owner, NOW)
    assert no_encoder
    forget_encoder()


def test_uploads_are_compared_and_grouped_by_a_worker(owner: User) -> None:
    photos = [pipeline.analyse(uploaded(jpeg(quality=quality)), NOW) for quality in (75, 90)]

    tasks.look_for_duplicates(NOW)
    tasks.look_for_duplicates(NOW)
    queued = Run.objects.unfinished(tasks.find_duplicates).count()
    while Worker("a").step():
        pass

    assert queued == 1
    assert {pk for _, keeper, others in found() for pk in (keeper, *others)} == {photo.pk for photo in photos}
    assert not Fingerprint.objects.filter(fresh=True).exists()
    assert DuplicateGroup.objects.visible_to(owner).count() == 1


def test_nobody_looks_again_at_once(owner: User, make_photo: Callable[..., Photo]) -> None:
    seen()
    tasks.look_for_duplicates(NOW)
    while Worker("a").step():
        pass
    run = Run.objects.unfinished(tasks.find_duplicates)
    job = Run.objects.select_related("job").get(subject=str(owner.pk)).job
    assert job.finished_at and job.started_at
    took = job.finished_at - job.started_at
    seen(), make_photo()

    tasks.look_for_duplicates(job.finished_at + 9 * took)
    too_soon = run.count()
    tasks.look_for_duplicates(job.finished_at + 11 * took)

    assert (too_soon, run.count()) == (0, 1)
