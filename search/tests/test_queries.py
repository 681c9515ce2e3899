from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from ai.encoders.base import model_key
from ai.loading import get_encoder
from photos.models import ActiveModel, Photo, VocabularyWord
from photos.tests.factories import make_user
from search.errors import BadQuery, ModelMissing, NotAnalysed
from search.ranking.hits import Hit
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.queries import like_image, similar_to
from search.tests.factories import axis

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_encoder(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path


def ids(hits: list[Hit]) -> list[int]:
    return [hit.photo.pk for hit in hits]


def test_a_text_the_encoder_knows_finds_the_nearest_first(paint: Callable[..., Photo], owner: User) -> None:
    blue, red = paint("blue", caption="A red boat"), paint("red")

    found = find("red", owner, 5)

    assert found.understood
    assert ids(found.hits) == [red.pk, blue.pk]
    assert found.hits[0].distance == pytest.approx(0, abs=0.1)
    assert found.hits[1].distance == pytest.approx(2, abs=0.1)


def test_what_matched_is_told_also_where_meaning_found_it(paint: Callable[..., Photo], owner: User) -> None:
    paint("red", tags=["red"], caption="A red boat")
    paint("blue")

    hits = find("red", owner, 5).hits

    assert [hit.matched_by for hit in hits] == [("semantic", "tag:red", "caption"), ("semantic",)]


def test_a_text_the_encoder_does_not_know_is_searched_as_words(paint: Callable[..., Photo], owner: User) -> None:
    paint("red")
    named = paint("blue", caption="Our boat")
    tagged = paint("green", tags=["boat"])

    found = find("boat", owner, 5)

    assert not found.understood
    assert [(hit.photo.pk, hit.distance, hit.matched_by) for hit in found.hits] == [
        (tagged.pk, 2.0, ("tag:boat",)),
        (named.pk, 2.0, ("caption",)),
    ]


def test_no_more_hits_come_than_were_asked_for(paint: Callable[..., Photo], owner: User) -> None:
    for _ in range(4):
        paint("red", tags=["boat"])

    assert len(find("red", owner, 3).hits) == 3
    assert len(find("boat", owner, 3).hits) == 3
    assert len(find("boat", owner, 2, Mode.TEXT).hits) == 2


def test_only_ones_own_photos_are_found(paint: Callable[..., Photo], owner: User) -> None:
    eve = make_user("eve")
    theirs = paint("red", owner=eve, tags=["red", "boat"])
    mine = paint("red", tags=["red", "boat"])

    assert ids(find("red", owner, 5).hits) == ids(find("boat", owner, 5).hits) == [mine.pk]
    assert ids(similar_to([mine], owner, 5)) == []
    assert ids(like_image(Image.new("RGB", (4, 4), "red"), eve, 5)) == [theirs.pk]
    assert ids(find("red", owner, 5, Mode.HYBRID).hits) == [mine.pk]


def test_what_is_named_so_comes_before_what_looks_so_and_nothing_twice(
    paint: Callable[..., Photo], owner: User
) -> None:
    red, blue = paint("red"), paint("blue", tags=["red"])

    found = find("red", owner, 5, Mode.HYBRID)

    assert ids(found.hits) == [blue.pk, red.pk]
    assert [hit.matched_by for hit in found.hits] == [("tag:red",), ("semantic",)]
    assert (found.understood, found.problem) == (True, "")


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_words_are_searched_and_the_page_says_so(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(caption="A red boat")

    best, found = find("red", owner, 5, Mode.HYBRID), find("red", owner, 5)

    assert ids(best.hits) == ids(found.hits) == [photo.pk]
    assert best.problem.startswith("Search by meaning is not possible now. ")
    assert not found.understood


def test_similar_photos_come_nearest_first_and_never_the_photo_itself(paint: Callable[..., Photo], owner: User) -> None:
    reference, twin, other = paint("red"), paint("red"), paint("blue")

    hits = similar_to([reference], owner, 5)

    assert ids(hits) == [twin.pk, other.pk]
    assert hits[0].distance == 0.0
    assert hits[0].matched_by == ("semantic",)


def test_a_photo_without_a_vector_of_todays_model_is_similar_to_nothing(make_photo: MakePhoto, owner: User) -> None:
    for photo in (make_photo(), make_photo(embedding=axis(0), model="fake@2-32d")):
        with pytest.raises(NotAnalysed):
            similar_to([photo], owner, 5)


def test_what_is_embedded_can_be_compared_without_an_encoder(
    make_photo: MakePhoto, owner: User, settings: Settings, tmp_path: Path
) -> None:
    reference, twin = make_photo(embedding=axis(0)), make_photo(embedding=axis(0))
    ActiveModel.adopt("compact", model_key(get_encoder()))
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    assert ids(similar_to([reference], owner, 5)) == [twin.pk]


def test_an_image_from_outside_finds_what_looks_like_it(paint: Callable[..., Photo], owner: User) -> None:
    blue, red = paint("blue"), paint("red")

    assert ids(like_image(Image.new("RGB", (64, 32), "blue"), owner, 5)) == [blue.pk, red.pk]


@pytest.mark.usefixtures("no_encoder")
def test_search_by_image_says_what_to_do_without_an_encoder(owner: User) -> None:
    with pytest.raises(ModelMissing) as refusal:
        like_image(Image.new("RGB", (4, 4)), owner, 5)

    assert refusal.value.status_code == 503
    assert "compact" in str(refusal.value.detail) or "CLOUDZY" in str(refusal.value.detail)


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\u202e", "x" * 1_001, "x" * 10_000])
def test_a_query_of_nothing_or_too_much_is_refused(text: str, owner: User) -> None:
    for mode in Mode:
        with pytest.raises(BadQuery):
            find(text, owner, 5, mode)


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE photo; --",
        "%00",
        "%",
        "_",
        "🐕‍🦺",
        "שלום",
        "a\x00b",
        "\ud800x",
        "\\",
        "x" * 200,
        "x" * 1_000,
        "red 🟥 %",
    ],
)
def test_a_strange_query_is_a_query(text: str, paint: Callable[..., Photo], owner: User) -> None:
    paint("red", tags=["boat"])

    for mode in Mode:
        find(text, owner, 5, mode)

    assert Photo.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_hits(
    paint: Callable[..., Photo], owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        paint("red", tags=["red", "boat", f"tag {number}"])
    find("red", owner, 1)

    for limit in (1, 12):
        with django_assert_num_queries(11):
            hits = find("red", owner, limit).hits
            assert len([hit.photo.tag_names for hit in hits]) == limit
        with django_assert_num_queries(14):
            hits = find("boat", owner, limit).hits
            assert len([hit.photo.tag_names for hit in hits]) == limit


def test_vectors_of_two_models_never_meet(make_photo: MakePhoto, owner: User) -> None:
    make_photo(embedding=np.ones(48), model="fake@1-48d")

    assert find("red", owner, 5).hits == []


def test_a_photo_is_not_shown_for_a_word_a_person_took_from_it(owner: User, paint: Callable[..., Photo]) -> None:
    photo, other = paint("red", tags=["red"]), paint("red")
    photo.remove_tags(["red"])

    assert ids(find("red", owner, 5, Mode.HYBRID).hits) == [other.pk]
    assert ids(find("red", owner, 5, Mode.TEXT).hits) == []


def test_a_word_of_another_language_and_a_curators_own_find_by_meaning(
    paint: Callable[..., Photo], owner: User
) -> None:
    red, blue = paint("red"), paint("blue")
    VocabularyWord.objects.create(word="red", synonyms=["signal"], translations={"de": ["rot"], "es": ["rojo"]})

    for text in ("rot", "rojos", "Signal", "red"):
        found = find(text, owner, 5)
        assert found.understood, text
        assert [hit.photo for hit in found.hits] == [red, blue]
        assert found.hits[0].distance == pytest.approx(find("red", owner, 1).hits[0].distance)
    assert not find("rouge", owner, 5).understood


def test_a_photo_that_does_not_show_a_word_is_not_shown_for_its_name_in_another_language(
    paint: Callable[..., Photo], owner: User
) -> None:
    VocabularyWord.objects.create(word="red", translations={"de": ["rot"]})
    refused, kept = paint("red", tags=["red"]), paint("red")
    refused.remove_tags(["red"])

    assert [hit.photo for hit in find("rot", owner, 5, Mode.HYBRID).hits] == [kept]
