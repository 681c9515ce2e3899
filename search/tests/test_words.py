from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from ai.ocr.base import Line
from photos.models import Photo, RecognisedText, VocabularyWord
from photos.models.recognised import Reading
from photos.tests.factories import at, make_user
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.queries import LONGEST_ASKED
from search.ranking.words import matches, read_in, sought, taken_away, words_of

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


def found(text: str, user: User) -> list[Photo]:
    return [hit.photo for hit in find(text, user, 50, Mode.TEXT).hits]


def titles(text: str, user: User) -> list[str]:
    return [photo.title for photo in found(text, user)]


def places(photo: Photo, text: str) -> tuple[str, ...]:
    query = sought(text)
    return matches(photo, query.terms, query.all_tags)


def read_on(photo: Photo, *lines: str) -> None:
    box = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    RecognisedText.objects.put(photo, Reading([Line(line, 0.9, box) for line in lines], "made"), timezone.now())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dog", ["dog"]),
        ("dogs, cats & dogs", ["dogs", "cats"]),
        ("- dog", ["dog"]),
        ("denali — national / park", ["denali", "national", "park"]),
        ("IMG_2682.heic", ["img_2682.heic"]),
        ('"50%" _', ["50"]),
        ("& -", ["&", "-"]),
        ("sea - 😀", ["sea", "😀"]),
        ("🐕 שָׁלוֹם", ["🐕", "שָׁלוֹם"]),
    ],
)
def test_a_query_is_split_into_words_without_their_punctuation(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_a_query_of_anything_but_space_has_words(text: str) -> None:
    assert bool(words_of(text)) == bool(text.split())


def test_a_dash_between_words_is_no_word_and_matches_no_file_name(make_photo: MakePhoto, owner: User) -> None:
    named = make_photo(title="Denali National Park", camera_model="EOS-1", original_name="a-b.jpg")
    make_photo(title="Denali", camera_model="EOS-1", original_name="national-x.png")

    first, second = find("denali - national", owner, 50, Mode.TEXT).hits

    assert (first.photo, first.matched_by) == (named, ("title",))
    assert second.matched_by == ("title", "filename")


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": ["sailing boat"]},
        {"title": "My Boat"},
        {"caption": "A boat, photographed in May."},
        {"description": "Grandmother's BOAT"},
        {"original_name": "boat.jpg"},
        {"filename": "boat_20240501_120000.jpg"},
        {"city": "Boat of Garten"},
        {"region": "Boat Harbour"},
        {"country": "Boat"},
        {"camera_make": "Boat"},
        {"software": "Boat 2.1"},
        {"artist": "Anna Boat"},
        {"copyright": "2024 Boat Pictures"},
    ],
)
def test_a_word_is_found_wherever_it_is_written(fields: dict[str, object], make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(**fields)
    make_photo(title="A dog")

    assert found("Boat", owner) == [photo]
    assert places(photo, "Boat")  # and is told where


def test_every_word_must_occur_but_anywhere(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="both", tags=["dog"], caption="On the beach")
    make_photo(title="dog only", tags=["dog"])
    make_photo(title="beach only", caption="On the beach")

    assert titles("dog beach", owner) == ["both"]


def test_the_best_match_comes_first(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="5", original_name="dog.jpg")
    make_photo(title="4", description="A dog.")
    make_photo(title="3", caption="A dog.")
    make_photo(title="2 dog")
    make_photo(title="1", tags=["dog sled"])
    make_photo(title="0", tags=["dog"])

    assert titles("dog", owner) == ["0", "1", "2 dog", "3", "4", "5"]


def test_a_tag_that_is_the_whole_text_comes_before_all(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="apart", tags=["alarm", "clock"])
    make_photo(title="whole", tags=["alarm clock"])

    assert titles("Alarm  Clock", owner) == ["whole", "apart"]


def test_a_rejected_tag_matches_nothing(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(tags=["dog", "grass"])

    photo.remove_tags(["dog"])

    assert titles("dog", owner) == []
    assert places(Photo.objects.get(), "dog") == ()


@pytest.mark.parametrize(("written", "asked"), [("École", "école"), ("école", "ÉCOLE"), ("ПРИВЕТ", "привет")])
def test_upper_and_lower_case_are_one_in_every_script(
    written: str, asked: str, make_photo: MakePhoto, owner: User
) -> None:
    make_photo(title=written)

    assert titles(asked, owner) == [written]


def test_only_what_one_may_see_is_found(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="boat, hers", owner=make_user("eve"))
    make_photo(title="boat, in the trash", trashed=True)
    make_photo(title="boat, archived", archived=True)

    assert titles("boat", owner) == []


def test_the_longest_query_of_the_most_words_is_answered(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="abc")
    text = " ".join(chr(0x4E00 + number) for number in range(LONGEST_ASKED // 2))

    assert titles(text, owner) == []


def test_matches_are_told_best_first(make_photo: MakePhoto) -> None:
    photo = make_photo(
        tags=["hot dog", "dog", "cat"], title="Dog", caption="A DOG", description="dog", original_name="dog.jpg"
    )

    assert places(photo, "dog") == ("tag:dog", "tag:hot dog", "title", "caption", "description", "filename")
    assert places(photo, "horse") == ()


def test_a_word_is_found_by_its_names_in_any_language_and_by_a_curators_own(
    make_photo: Callable[..., Photo], owner: User
) -> None:
    dog = VocabularyWord.objects.get(word="dog")
    dog.edit({"synonyms": [*dog.synonyms, "bello"]})
    make_photo(title="dog", tags=["dog"])
    make_photo(title="cat", tags=["cat"])
    make_photo(title="not", tags=["dog"]).remove_tags(["dog"])

    for text in ("Hund", "Hunde", "Bello", "dogs"):
        assert titles(text, owner) == ["dog"], text
    assert titles("Hund dog", owner) == ["dog"]
    assert titles("Hund cat", owner) == []


def test_a_name_of_several_words_finds_the_tag_it_stands_for(make_photo: Callable[..., Photo], owner: User) -> None:
    VocabularyWord.objects.create(word="grape harvest", translations={"fr": ["vendange d'automne"]})
    make_photo(title="vines", tags=["grape harvest"])

    assert titles("vendanges d'automne", owner) == ["vines"]


def test_a_match_by_another_name_is_told_by_the_tag(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["dog", "hot dog", "cat"])

    assert places(photo, "Hunde") == ("tag:dog",)


def test_what_a_person_took_away_is_not_shown_under_another_name_either(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(tags=["dog"])
    photo.remove_tags(["dog"])

    assert taken_away([photo.pk], sought("Hund")) == {photo.pk}


def test_a_word_out_of_use_lends_its_names_no_more(make_photo: Callable[..., Photo], owner: User) -> None:
    make_photo(title="dog", tags=["dog"])
    VocabularyWord.objects.filter(word="dog").switch(False)

    assert titles("Hund", owner) == []
    assert titles("dog", owner) == ["dog"]


def test_a_word_in_the_picture_is_found_after_one_written_elsewhere(make_photo: MakePhoto, owner: User) -> None:
    sign, titled, tagged = make_photo(title="Sign"), make_photo(title="My harbour"), make_photo(tags=["harbour"])
    read_on(sign, "Gate 14", "HARBOUR STREET")
    read_on(make_photo(), "Gate 15")

    assert [photo.pk for photo in found("harbour", owner)] == [tagged.pk, titled.pk, sign.pk]


@pytest.mark.parametrize("text", ["harbour street", "gate street", "sign hafen", "14", "Hafenstraße"])
def test_words_may_stand_on_several_lines_and_partly_elsewhere(make_photo: MakePhoto, owner: User, text: str) -> None:
    sign = make_photo(title="A sign")
    read_on(sign, "Harbour Street, Hafenstraße", "Gate 14")
    read_on(make_photo(title="Another sign"), "Gate 15")

    assert [photo.pk for photo in found(text, owner)] == [sign.pk]


def test_what_was_read_on_anothers_or_a_trashed_photo_is_not_found(make_photo: MakePhoto, owner: User) -> None:
    for photo in (make_photo(owner=make_user("eve")), make_photo(trashed=True), make_photo(archived=True)):
        read_on(photo, "harbour")

    assert found("harbour", owner) == []


def test_which_pictures_have_a_word_is_told_for_many_at_once(
    make_photo: MakePhoto, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photos = [make_photo() for _ in range(3)]
    read_on(photos[0], "Harbour")
    read_on(photos[1], "Gate 14")
    read_on(make_photo(), "harbour")

    query = sought("harbour gate")
    with django_assert_num_queries(1):
        read = read_in([photo.pk for photo in photos], query.terms)

    assert read == {photos[0].pk, photos[1].pk}


def test_the_tag_itself_comes_before_one_that_the_text_is_another_name_of(
    make_photo: Callable[..., Photo], owner: User
) -> None:
    VocabularyWord.objects.create(word="timepiece", synonyms=["moon clock"])
    make_photo(title="itself", tags=["moon clock"], taken_at=at("2001-01-01 12:00"))
    make_photo(title="named", tags=["timepiece"], taken_at=at("2002-01-01 12:00"))

    assert titles("moon clock", owner) == ["itself", "named"]
