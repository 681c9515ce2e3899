from __future__ import annotations

import pytest
from hypothesis import given

from photos.regions import Region
from search.language import Example, QueryError, chips, error_chips, headline, parse
from search.language.chips import Chip
from search.tests.test_grammar import QUERIES


def test_each_condition_is_a_chip_that_can_be_taken_away() -> None:
    query = parse('dog tag:food beach -night "red bicycle"')

    assert chips(query) == [
        Chip("dog beach", 'tag:food -night "red bicycle"'),
        Chip("tag:food", 'dog beach -night "red bicycle"'),
        Chip("-night", 'dog beach tag:food "red bicycle"'),
        Chip('"red bicycle"', "dog beach tag:food -night"),
    ]


@pytest.mark.parametrize("text", ["dog", "dog OR tag:food", "-(dog tag:food)"])
def test_what_is_one_condition_is_one_chip_and_leaves_nothing(text: str) -> None:
    assert chips(parse(text)) == [Chip(text, "")]


PART = Region(0, 0, 0.5, 0.5)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("dog + similar:12,15 - 0.5:similar:9", ["similar:12,15 - 0.5:similar:9", "dog + similar:15 - 0.5:similar:9",
                                                   "dog + similar:12 - 0.5:similar:9", "dog + similar:12,15"]),
        ("similar:12,15 tag:food", ["similar:15 tag:food", "similar:12 tag:food", "similar:12,15"]),
        ("dog - 0.5:similar:9 tag:food", ["tag:food", "dog tag:food", "dog - 0.5:similar:9"]),
        ('2:dog + "at night"', ["at night", "dog"]),
        ("similar:12 + 2:night - fence", ["2:night - fence", "similar:12 - fence", "similar:12 + 2:night"]),
        ("dog + similar:12 OR cat + similar:12", ["", "dog OR cat"]),
        ("dog OR cat - similar:12", ["", "dog OR cat"]),
    ],
)  # fmt: skip
def test_each_part_of_a_sum_and_each_example_can_be_taken_away(text: str, left: list[str]) -> None:
    assert [chip.without for chip in chips(parse(text))] == left


def test_examples_are_told_in_words() -> None:
    query = parse('"red bicycle" + similar:12@0,0,0.5,0.5 - 0.5:similar:9,~Ab3_-xyz')

    found = chips(query)

    labels = ["red bicycle", "like a part of photo 12", "less like photo 9", "less like your picture"]
    assert [chip.label for chip in found] == labels
    assert [chip.example for chip in found] == [None, Example(12, PART), Example(9), Example("Ab3_-xyz")]
    assert [chip.is_less for chip in found] == [False, False, True, True]
    assert headline(query, "as written") == ", ".join(labels)
    assert headline(parse("dog tag:food"), "dog  tag:food") == "dog  tag:food"


@given(QUERIES)
def test_whatever_is_taken_away_what_is_left_can_be_read(text: str) -> None:
    try:
        query = parse(text, lenient=True)
    except QueryError:
        return

    for chip in chips(query):
        if chip.without:
            assert str(parse(chip.without)) == chip.without


def test_what_is_left_keeps_its_meaning() -> None:
    query = parse("(dog OR cat) 10:30 tag:food", lenient=True)

    first, _, last = chips(query)

    assert (first.label, last.label) == ("dog OR cat", "tag:food")
    assert parse(first.without) == parse(r"10\:30 tag:food")
    assert parse(last.without) == parse(r"(dog OR cat) 10\:30")


def test_words_are_labelled_as_they_were_meant() -> None:
    assert [chip.label for chip in chips(parse("10:30 sunrise", lenient=True))] == ["10:30 sunrise"]


def chips_of_wrong(text: str) -> list[Chip]:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return error_chips(caught.value)


def test_every_piece_is_a_chip_and_those_to_blame_have_their_problems() -> None:
    wrong, bad_value, nested, fine = chips_of_wrong('foo:bar iso:"a b" mountain (dog OR is:x color:nope -taken:0)')

    assert [chip.label for chip in (wrong, bad_value, nested)] == ["foo:bar", 'iso:"a b"', "mountain"]
    assert wrong.without == 'iso:"a b" mountain (dog OR is:x color:nope -taken:0)'
    assert "no field “foo”" in wrong.problem
    assert "iso: cannot be “a b”" in bad_value.problem
    assert nested.problem == ""
    assert all(said in fine.problem for said in ("is: cannot", "color: cannot", "taken: cannot"))


@pytest.mark.parametrize(("text", "label", "without"), [("(mountain", "(", "mountain"), ("dog)", ")", "dog")])
def test_where_nobody_knows_what_the_rest_is_one_chip_is_to_blame(text: str, label: str, without: str) -> None:
    (chip,) = chips_of_wrong(text)

    assert (chip.label, chip.without) == (label, without)
    assert chip.problem


def test_the_first_problem_is_the_one_that_is_told() -> None:
    with pytest.raises(QueryError, match="no field “foo”") as caught:
        parse("foo:bar iso:abc (dog")

    assert caught.value.query is None
