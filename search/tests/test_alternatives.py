from __future__ import annotations

import pytest

from search.errors import BadQuery
from search.language import Field, Not, Part, Similar, Words, parse
from search.ranking.alternatives import MOST, Alternative, alternatives


def read(text: str) -> list[Alternative]:
    return alternatives(parse(text))


def test_words_phrases_facts_and_what_is_unwanted_are_told_apart() -> None:
    (only,) = read('dog "red bicycle" tag:food -night -tag:work similar:12')

    assert only == Alternative(
        texts=("dog",),
        phrases=("red bicycle",),
        sums=((Part(1.0, Similar.to(12)),),),
        without=(Words("night"),),
        facts=(Field("tag", "food"), Not(Field("tag", "work"))),
    )
    assert only.photo_ids == {12}


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("dog OR cat", ["dog", "cat"]),
        ("(dog OR cat) beach", ["dog beach", "cat beach"]),
        ("(dog OR cat) (beach OR snow)", ["dog beach", "dog snow", "cat beach", "cat snow"]),
        ("dog beach tag:food", ["dog beach"]),
    ],
)
def test_brackets_are_multiplied_out(text: str, texts: list[str]) -> None:
    assert [one.text for one in read(text)] == texts


def test_what_is_unwanted_together_is_one_or_the_other() -> None:
    (neither,) = read("dog -(night OR fog)")
    one, other = read('dog -(night "thick fog")')

    assert neither.without == (Words("night"), Words("fog"))
    assert (one.without, other.without) == ((Words("night"),), (Words("thick fog", exact=True),))


def test_facts_stay_whole_however_they_are_combined() -> None:
    text = " ".join(f"(iso:{number} OR f:{number})" for number in range(1, 20))

    (only,) = read(text)

    assert len(only.facts) == 19


def test_more_alternatives_than_anybody_means_are_refused() -> None:
    text = " ".join(f"(a{number} OR b{number})" for number in range(20))

    with pytest.raises(BadQuery) as refusal:
        read(text)

    assert str(MOST) in str(refusal.value.detail)
