"""What goes for the sake of something excluded, where it is known what photos show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from accounts.models import User
from photos.models import Photo
from search.engines import ENGINES
from search.index.distances import distances
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.ranking.answers import strong_ids
from search.ranking.excluding import Direction, rather
from search.ranking.hybrid import find
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.relevance import Kind, Relevance, Split, edge
from search.tests.drawn import DrawnLibrary, draw_library
from search.tests.factories import NOW, bulk_photos, clustered_vectors, unit_vectors

Paint = Callable[..., Photo]
DIMENSION = 32
every_mode = pytest.mark.parametrize("mode", list(Mode))


@pytest.mark.django_db
@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_what_is_rather_this_than_that_equals_brute_force(
    engine: str, owner: User, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = clustered_vectors(1_500, DIMENSION)
    ids = np.array([photo.pk for photo in bulk_photos(owner, rows)], dtype=np.int64)
    Photo.objects.filter(pk__in=ids[:20].tolist()).update(archived=True)  # no index has these
    rebuild(space, NOW, engine)
    monkeypatch.setattr("search.ranking.excluding._AT_ONCE", 100)  # more than that, and the index tells
    chance, meaning = np.random.default_rng(5), Meaning.now(owner)

    for _ in range(30):
        this, that = (_direction(rows, meaning, chance) for _ in range(2))
        some = ids[chance.random(len(ids)) < chance.choice([0.02, 0.5, 1.0])]

        found = rather(some, this, that, space)

        among = rows[np.isin(ids, some)]
        to_this, to_that = distances(this.vector, among), distances(that.vector, among)
        better = this.split.scores(1 - to_this / 2) > that.split.scores(1 - to_that / 2)
        assert found.tolist() == some[better & (to_this <= this.split.distance)].tolist()


def _direction(rows: np.ndarray, meaning: Meaning, chance: np.random.Generator) -> Direction:
    away = chance.choice([0.3, 3.0]) * unit_vectors(1, int(chance.integers(999)))[0]
    near = rows[chance.integers(len(rows))] + away
    made = Direction((near / np.linalg.norm(near)).astype(np.float32), Kind.TEXT, meaning)
    edge_and_null = chance.choice([-1.0, 0.5, 1.2, 1.9]), chance.uniform(-0.1, 0.2), chance.uniform(0.05, 0.3)
    object.__setattr__(made, "split", Split(*map(float, edge_and_null)))
    return made


def excluded(drawn: DrawnLibrary) -> tuple[np.ndarray, np.ndarray]:
    """Return (photos, things, things): the strong answers to one of the things there, and which of them go for another.

    What is not there is no good question: one asks for what one has, and away with what disturbs.
    """
    there = drawn.shown.any(axis=0)
    edges = [edge(text, Kind.TEXT, drawn.background) for text in drawn.texts[there]]
    cosines = drawn.vectors @ drawn.texts[there].T
    strong = cosines >= np.array([found.cosine for found in edges])
    scores = (cosines - [found.mean for found in edges]) / [found.deviation for found in edges]
    wanted = np.broadcast_to(strong[:, :, None], (*strong.shape, strong.shape[1]))
    return wanted, wanted & strong[:, None, :] & (scores[:, None, :] > scores[:, :, None])


@pytest.mark.parametrize(("photos", "goes"), [(14, 0.7), (50, 0.9), (1500, 0.95)])
def test_no_takes_what_shows_the_excluded_alone_and_leaves_what_shows_the_wanted_alone(
    photos: int, goes: float
) -> None:
    drawn = draw_library(photos, seed=1)
    shown = drawn.shown[:, drawn.shown.any(axis=0)]
    is_wanted, is_excluded = shown[:, :, None], shown[:, None, :]

    asked, gone = excluded(drawn)

    assert gone[asked & is_wanted & ~is_excluded].mean() <= 0.001
    assert gone[asked & ~is_wanted & is_excluded].mean() >= goes


@pytest.mark.django_db
@every_mode
def test_a_trace_of_the_excluded_takes_no_photo_away_much_of_it_does(paint: Paint, owner: User, mode: Mode) -> None:
    for number in range(24):
        paint(*["gray", "white", "brown"][: 1 + number % 3])
    traces = [paint("gray", "gray", "white", "white", "blue", tags=["red"]) for _ in range(2)]
    paint("blue", "blue", "gray", tags=["red"])

    left = [hit.photo.pk for hit in find("red -blue", owner, 50, mode, least=Relevance.STRONG).hits]

    assert left == [photo.pk for photo in traces]
    assert strong_ids("red -blue", owner, mode).tolist() == left
