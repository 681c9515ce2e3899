from __future__ import annotations

import pytest

from photos.models.word_rules import Neighbour, objections

OTHERS = [
    Neighbour("animal"),
    Neighbour("pet", (), ("animal",)),
    Neighbour("dog", ("puppy", "hound"), ("pet",)),
    Neighbour("cat", ("kitten",), ("pet",)),
]


def objected(word: Neighbour, stored: Neighbour | None = None, languages: tuple[str, ...] = ()) -> dict[str, list[str]]:
    others = [other for other in OTHERS if other.word != word.word]
    return objections(word, others, stored, languages)


def test_a_good_word_meets_no_objection() -> None:
    assert objected(Neighbour("husky", ("sled dog",), ("dog",)), languages=("de", "pt-br")) == {}


def test_a_word_that_is_a_synonym_is_to_be_taken_away_there_first() -> None:
    assert objected(Neighbour("puppy")) == {"word": ["'puppy' is a synonym of 'dog': take it away there first."]}


def test_a_word_of_nothing_visible_is_refused() -> None:
    assert objected(Neighbour("")) == {"word": ["A word needs at least one visible character."]}


def test_a_name_is_a_synonym_of_one_word_and_of_none_that_is_a_word_itself() -> None:
    assert objected(Neighbour("husky", ("dog", "hound", "laika"))) == {
        "synonyms": ["'dog' is a word of its own.", "'hound' is a synonym of 'dog' already."]
    }


def test_names_that_a_word_came_with_may_stay() -> None:
    as_shipped = Neighbour("wolf", ("hound", "dog"), ("beast",))

    assert objected(Neighbour("wolf", ("hound", "dog", "lobo"), ("beast",)), as_shipped) == {}


def test_a_parent_is_a_word_of_the_vocabulary() -> None:
    assert objected(Neighbour("husky", (), ("dog", "beast"))) == {
        "parents": ["'beast' is not in the vocabulary: add it first."]
    }


@pytest.mark.parametrize(
    ("word", "way"),
    [
        (Neighbour("dog", (), ("dog",)), "dog > dog"),
        (Neighbour("animal", (), ("dog",)), "animal > dog > pet > animal"),
        (Neighbour("animal", (), ("cat", "pet")), "animal > pet > animal"),
    ],
)
def test_parents_that_go_round_in_a_circle_are_shown_the_way(word: Neighbour, way: str) -> None:
    assert f"The parents go round in a circle: {way}." in objected(word, stored=Neighbour(word.word))["parents"]


def test_a_circle_elsewhere_does_not_keep_anybody_from_a_word() -> None:
    circle = [Neighbour("a", (), ("b",)), Neighbour("b", (), ("a",))]

    assert objections(Neighbour("c", (), ("a",)), circle, None) == {}


@pytest.mark.parametrize("code", ["german", "d", "de_DE", "1"])
def test_a_language_is_told_by_its_code(code: str) -> None:
    assert objected(Neighbour("husky"), languages=(code,)) == {
        "translations": [f"'{code}' is not the code of a language, such as de."]
    }
