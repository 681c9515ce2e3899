"""Where relevance ends, where it is known which photos fit which query."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from accounts.models import User
from ai.fakes import PALETTE
from photos.embeddings import vector_of
from photos.models import Photo
from photos.tests.factories import at
from search.ranking.answers import strong_ids
from search.ranking.hybrid import find
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.relevance import Kind, Relevance, edge, split_of
from search.tests.drawn import DrawnLibrary, draw_library

Paint = Callable[..., Photo]


@cache
def library(photos: int, seed: int, commonest: float = 0.0) -> DrawnLibrary:
    return draw_library(photos, seed, commonest=commonest)


def shown_things(drawn: DrawnLibrary) -> np.ndarray:
    """Return (things,): which of them some photo shows."""
    return np.asarray(drawn.shown.any(axis=0))


@cache
def strong(drawn: DrawnLibrary) -> np.ndarray:
    """Return (photos, things): what is strong for each of the texts."""
    edges = [edge(text, Kind.TEXT, drawn.background).cosine for text in drawn.texts]
    return drawn.vectors @ drawn.texts.T >= np.array(edges)


def quality(found: np.ndarray, drawn: DrawnLibrary, which: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1, each the mean over these things; of nothing found the precision is 1."""
    right = (found & drawn.shown)[:, which].sum(axis=0)
    count, there = found[:, which].sum(axis=0), drawn.shown[:, which].sum(axis=0)
    precision = np.where(count > 0, right / np.maximum(count, 1), 1.0)
    return float(precision.mean()), float((right / there).mean()), float((2 * right / (count + there)).mean())


@pytest.mark.parametrize(("photos", "recall"), [(5, 0.7), (50, 0.5), (3000, 0.65)])
def test_strong_photos_fit_in_libraries_of_any_size(photos: int, recall: float) -> None:
    drawn = library(photos, seed=1)

    of_all = quality(strong(drawn), drawn, shown_things(drawn))

    assert of_all[0] >= 0.9
    assert of_all[1] >= recall


def test_in_a_handful_of_photos_next_to_all_that_is_strong_fits() -> None:
    handfuls = [library(5, seed) for seed in range(1, 9)]
    of_all = [quality(strong(drawn), drawn, shown_things(drawn)) for drawn in handfuls]

    assert np.mean([precision for precision, _, _ in of_all]) >= 0.95


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_fixed_threshold_tells_them_apart_as_well(seed: int) -> None:
    drawn = library(1500, seed)
    there = shown_things(drawn)
    cosines = drawn.vectors @ drawn.texts.T

    def worth(found: np.ndarray) -> float:
        return quality(found, drawn, there)[2] + 1 - float(found[:, ~there].any(axis=0).mean())

    best_fixed = max(worth(cosines >= threshold) for threshold in np.linspace(0.1, 0.6, 51))

    assert worth(strong(drawn)) > best_fixed + 0.1


@pytest.mark.parametrize(
    ("fewest", "most", "precision", "recall"), [(0.0, 0.01, 0.85, 0.4), (0.01, 0.3, 0.85, 0.6), (0.3, 1.0, 0.85, 0.9)]
)
def test_few_some_or_most_of_the_photos_may_fit(fewest: float, most: float, precision: float, recall: float) -> None:
    drawn = library(3000, seed=2, commonest=0.5)
    share = drawn.shown.mean(axis=0)

    found = quality(strong(drawn), drawn, (share > fewest) & (share <= most))

    assert found[0] >= precision
    assert found[1] >= recall


@pytest.mark.parametrize("photos", [5, 50, 3000])
def test_what_is_on_no_photo_and_nonsense_have_next_to_no_strong_photos(photos: int) -> None:
    drawn = library(photos, seed=1)
    of_nonsense = [drawn.vectors @ text >= edge(text, Kind.TEXT, drawn.background).cosine for text in drawn.nonsense]

    assert np.mean([found.any() for found in of_nonsense]) <= 0.05
    assert strong(drawn)[:, ~shown_things(drawn)].mean() <= 0.01


def test_photos_are_told_from_photos_though_those_are_nearer_to_each_other_than_to_any_text() -> None:
    drawn = library(1500, seed=3)
    fits = (drawn.shown.astype(int) @ drawn.shown.T) > 0

    right, count = 0, 0
    for row, photo in enumerate(drawn.vectors[:150]):
        found = drawn.vectors @ photo >= edge(photo, Kind.PHOTO, drawn.background).cosine
        found[row] = False
        right, count = right + int((found & fits[row]).sum()), count + int(found.sum())

    assert count >= 150
    assert right / count >= 0.85


def test_a_sum_of_a_photo_and_a_text_is_nearest_to_what_fits_both() -> None:
    drawn = library(1500, seed=4)
    thing = int(drawn.shown.sum(axis=0).argmax())
    other = int(np.flatnonzero(drawn.shown[:, thing])[0])
    direction = drawn.vectors[other] + drawn.texts[thing]
    direction /= np.linalg.norm(direction)

    found = drawn.vectors @ direction >= edge(direction, Kind.SUM, drawn.background).cosine

    assert 0 < found.sum() < len(found) / 2
    assert drawn.shown[found, thing].mean() >= 0.8


@pytest.fixture
def painted(paint: Paint, owner: User) -> dict[int, tuple[str, ...]]:
    """Make photos that show one to three colours, some with the word written on them; return what each shows."""
    assert owner
    chance = random.Random(5)
    shown = {}
    for number in range(120):
        colours = tuple(dict.fromkeys(chance.choices(list(PALETTE)[:8], k=chance.randint(1, 3))))
        fields = {
            "tags": [colours[0]],
            "iso": 800 if number % 3 else 100,
            "taken_at": at(f"20{10 + number % 9}-01-01 12:00"),
        }
        shown[paint(*colours, **fields if number % 4 == 0 else {"iso": 100}).pk] = colours
    return shown


@pytest.mark.django_db
def test_in_a_library_of_colours_the_strong_are_those_that_show_it(
    painted: dict[int, tuple[str, ...]], owner: User
) -> None:
    right = found = there = 0
    for colour in list(PALETTE)[:8]:
        hits = find(colour, owner, 200, Mode.HYBRID, least=Relevance.STRONG).hits
        showing = {pk for pk, colours in painted.items() if colour in colours}
        right, found, there = (
            right + len({hit.photo.pk for hit in hits} & showing),
            found + len(hits),
            there + len(showing),
        )

    assert right / found >= 0.95
    assert right / there >= 0.75


@pytest.mark.django_db
def test_a_colour_on_no_photo_has_no_strong_result(painted: dict[int, tuple[str, ...]], owner: User) -> None:
    assert painted
    for colour in list(PALETTE)[8:]:
        assert find(colour, owner, 200, Mode.HYBRID, least=Relevance.STRONG).hits == [], colour


@pytest.mark.django_db
def test_a_photo_is_as_relevant_in_every_mode_with_every_filter_and_however_many_are_asked_for(
    painted: dict[int, tuple[str, ...]], owner: User
) -> None:
    for text in ("red", "red blue", f"similar:{min(painted)}", f"similar:{min(painted)} + 2:red"):
        relevance: dict[int, set[Relevance]] = {}
        for facts in ("", "iso:100", "iso:800", "taken:2012..2014", "tag:red OR tag:blue", "-tag:red"):
            for mode in Mode:
                for limit in (3, 50, 500):
                    for hit in find(f"{text} ({facts})" if facts else text, owner, limit, mode).hits:
                        relevance.setdefault(hit.photo.pk, set()).add(hit.relevance)

        assert all(len(said) == 1 for said in relevance.values()), text
        assert Relevance.WEAK in {said for one in relevance.values() for said in one}, text


@pytest.mark.django_db
def test_relevance_falls_with_distance_by_meaning(painted: dict[int, tuple[str, ...]], owner: User) -> None:
    for text in ("red", f"similar:{min(painted)}"):
        hits = [hit for hit in find(text, owner, 500).hits if hit.matched_by == ("semantic",)]
        bands = [hit.relevance for hit in hits]

        assert bands == sorted(bands)
        assert [hit.is_near for hit in hits] == [band is Relevance.STRONG for band in bands]


@pytest.mark.django_db
def test_without_photos_to_learn_from_there_is_an_edge_all_the_same(paint: Paint, owner: User) -> None:
    photo = paint("red", archived=True)

    meaning = Meaning.now(owner)

    assert split_of(meaning.of_text("red"), Kind.TEXT, meaning).distance == 1.2
    assert find("red is:archived", owner, 5).hits[0].relevance is Relevance.STRONG
    assert photo.pk


@pytest.mark.django_db
def test_the_same_picture_is_strong_whatever_else_there_is(paint: Paint, owner: User) -> None:
    one, twin = paint("red", "blue"), paint("red", "blue")
    for _ in range(30):
        paint("red", "blue", "green")

    hits = {hit.photo.pk: hit.relevance for hit in find(f"similar:{one.pk}", owner, 50).hits}

    assert hits[twin.pk] is Relevance.STRONG


@pytest.mark.django_db
def test_no_and_nothing_but_no_takes_photos_away(painted: dict[int, tuple[str, ...]], owner: User) -> None:
    meaning = Meaning.now(owner)
    red, blue = meaning.of_text("red"), meaning.of_text("blue")
    assert red is not None
    assert blue is not None
    vectors = {pk: vector_of(pk, meaning.space.model) for pk in painted} if meaning.space else {}
    tagged = {photo.pk for photo in Photo.objects.all() if "blue" in photo.tag_names}
    of_red, of_blue = (split_of(text, Kind.TEXT, meaning) for text in (red, blue))
    more_like_blue = {
        pk
        for pk, vector in vectors.items()
        if vector is not None
        and of_blue.holds(2 - 2 * float(blue @ vector))
        and of_blue.scores(blue @ vector) > of_red.scores(red @ vector)
    }

    for mode in Mode:
        with_blue = {hit.photo.pk for hit in find("red", owner, 500, mode).hits}
        without = {hit.photo.pk for hit in find("red -blue", owner, 500, mode).hits}
        assert without == with_blue - tagged - more_like_blue, mode


@pytest.mark.django_db
def test_what_is_counted_as_strong_is_what_is_shown_as_strong(painted: dict[int, tuple[str, ...]], owner: User) -> None:
    assert painted
    for text in ("red", "red blue", "red OR blue", "red iso:800", "red -blue", "orange", "xqzzt blorf"):
        for mode in (Mode.HYBRID, Mode.TEXT):
            shown = {hit.photo.pk for hit in find(text, owner, 500, mode, least=Relevance.STRONG).hits}
            assert shown == set(strong_ids(text, owner, mode).tolist()), (text, mode)
