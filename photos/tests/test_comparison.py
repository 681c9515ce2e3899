from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ai.fakes import FakeEncoder
from photos import comparison
from photos.comparison import Compared, Comparison, compare, queries_to_compare
from photos.embeddings import put_vectors
from photos.models import ActiveModel, Photo
from photos.tests.migrated import NEW, OLD

pytestmark = pytest.mark.django_db

RED, GREEN = 0, 1


def leaning(angle: float) -> np.ndarray:
    """Return a unit vector this far away from red, towards green."""
    vector = np.zeros(32, dtype=np.float32)
    vector[RED], vector[GREEN] = np.cos(angle), np.sin(angle)
    return vector


@pytest.fixture
def made(make_photo: Callable[..., Photo]) -> list[Photo]:
    """Twelve photos, each less red than the one before; by the new model the last is the reddest."""
    ActiveModel.adopt("fake", OLD)
    photos = [make_photo(embedding=leaning(number / 10), model=OLD) for number in range(12)]
    turned = [leaning(0.01 if number == 11 else (number + 1) / 10) for number in range(12)]
    put_vectors(NEW, {photo.pk: vector for photo, vector in zip(photos, turned, strict=True)})
    return photos


def test_a_search_is_compared_by_its_ten_best(made: list[Photo]) -> None:
    compared = compare(FakeEncoder(), FakeEncoder("2"), ["red"])

    assert compared.queries == (Compared("red", 0.9, come=(made[11].pk,), go=(made[9].pk,)),)
    assert compared.percent == 90


def test_the_best_are_found_however_the_library_is_read(made: list[Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compare(FakeEncoder(), FakeEncoder("2"), ["red", "green"])
    assert len(made) == 12
    monkeypatch.setattr("photos.embeddings.all_vectors.__defaults__", (5,))

    assert compare(FakeEncoder(), FakeEncoder("2"), ["red", "green"]) == whole


@pytest.mark.usefixtures("made")
def test_a_text_nobody_knows_is_left_out_of_the_mean() -> None:
    compared = compare(FakeEncoder(), FakeEncoder("2"), ["bicycle", "red"])

    assert [query.overlap for query in compared.queries] == [None, 0.9]
    assert compared.mean == 0.9
    assert compare(FakeEncoder(), FakeEncoder("2"), ["bicycle"]).percent is None


@pytest.mark.usefixtures("made")
def test_a_comparison_comes_back_from_the_database_as_it_was() -> None:
    compared = compare(FakeEncoder(), FakeEncoder("2"), ["red", "bicycle"])

    assert Comparison.from_json(compared.as_json()) == compared


def test_the_commonest_tags_stand_in_for_searches(make_photo: Callable[..., Photo]) -> None:
    for tags in (["boat", "sea"], ["sea"], ["boat", "sea", "dog"]):
        make_photo(tags=tags)
    make_photo(tags=["ghost"], trashed=True)

    assert queries_to_compare() == ["sea", "boat", "dog"]


def test_saved_searches_come_first_where_there_are_any(
    make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(tags=["sea"])
    saved = [[], ["our boat", "grandma", "our boat"]]
    monkeypatch.setattr(comparison, "QUERY_SOURCES", [lambda: saved[0], lambda: saved[1]])

    assert queries_to_compare() == ["our boat", "grandma"]
    saved[1] = [f"search {number}" for number in range(80)]
    assert len(queries_to_compare()) == comparison.QUERIES
