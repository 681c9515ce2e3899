from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.fulltext import fts5
from search.ranking import nearest, wishes, words
from search.ranking.answers import strong_ids
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.relevance import Relevance

Paint = Callable[..., Photo]

pytestmark = pytest.mark.django_db

QUERIES = [
    "red", "blue", "red boat", '"red boat"', "boat -red", "-red", "red -blue", '-"red boat"', "boat OR blue", "rde",
    "harbuor", "boat tag:pet", "tag:pet", "-tag:pet", "red OR tag:pet", "iso:>=800 red", "is:archived red", "sea -boat",
    "(boat OR red) -tag:pet", "is:archived OR tag:pet", "red -boat iso:800", "nothing", "pet -(red OR blue)",
]  # fmt: skip


@pytest.fixture
def library(paint: Paint, owner: User) -> list[Photo]:
    assert owner
    other = make_user("eve")
    photos = [
        paint("red", tags=["red"]),
        paint("red", caption="A red boat in the harbour.", tags=["boat"], iso=800),
        paint("blue", title="Red boat", tags=["pet"]),
        paint("blue", "red", tags=["sea", "blue"], iso=1600),
        paint("blue", caption="the boat is red"),
        paint("green", description="harbour, sea and boats", tags=["pet"]),
        paint("green"),
        paint("red", archived=True, tags=["pet"]),
        paint("red", trashed=True, tags=["pet"]),
        paint("red", owner=other, caption="A red boat.", tags=["pet", "red"]),
    ]
    photos[0].remove_tags(["red"])
    return photos


@pytest.mark.parametrize("mode", Mode)
def test_the_answers_are_the_strong_results_of_a_search(library: list[Photo], owner: User, mode: Mode) -> None:
    assert library
    for text in (
        *QUERIES,
        f"similar:{library[0].pk}",
        f"boat similar:{library[1].pk}",
        f"red -similar:{library[3].pk}",
    ):
        hits = find(text, owner, 100, mode).hits
        strong = {hit.photo.pk for hit in hits if hit.relevance is Relevance.STRONG}

        found = strong_ids(text, owner, mode)

        assert found.tolist() == sorted(strong), text


@pytest.mark.parametrize("mode", Mode)
def test_more_facts_only_take_away(library: list[Photo], owner: User, mode: Mode) -> None:
    for text in QUERIES:
        if "archived" in text:
            continue
        whole = set(strong_ids(text, owner, mode).tolist())
        for fact, holds in {
            "tag:pet": [photo.pk for photo in library if "pet" in photo.tag_names],
            "iso:800": [photo.pk for photo in library if photo.iso == 800],
        }.items():
            found = strong_ids(f"({text}) {fact}", owner, mode)

            assert set(found.tolist()) == whole & set(holds), (text, fact)


@pytest.mark.parametrize("mode", Mode)
def test_many_photos_are_told_apart_as_few_are(
    library: list[Photo], owner: User, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library
    expected = [strong_ids(text, owner, mode).tolist() for text in QUERIES]

    for module in (words, wishes, fts5):
        monkeypatch.setattr(module, "MOST_LISTED", 1)
    monkeypatch.setattr(nearest, "_AT_ONCE", 1)
    monkeypatch.setattr("search.ranking.scope._MOST_ASKED", 1)

    assert [strong_ids(text, owner, mode).tolist() for text in QUERIES] == expected


def test_no_answer_is_left_out_however_many_there_are(
    paint: Paint, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts5, "POOL", 3)
    monkeypatch.setattr("search.ranking.rankings.DEPTH", 2)
    photos = [paint("red", caption="boat") for _ in range(8)]

    assert strong_ids("boat", owner, Mode.HYBRID).tolist() == [photo.pk for photo in photos]
    assert strong_ids("red", owner, Mode.SEMANTIC).tolist() == [photo.pk for photo in photos]


def test_how_typos_are_mended_hangs_on_no_fact(paint: Paint, owner: User) -> None:
    paint("green", caption="mountain", tags=["pet"])
    other = paint("green", caption="fountain", iso=800)

    assert strong_ids("mountaim iso:800", owner, Mode.TEXT).tolist() == []
    assert find("mountaim iso:800", owner, 5, Mode.TEXT).corrected == "mountain"
    assert strong_ids("fountaim iso:800", owner, Mode.TEXT).tolist() == [other.pk]
