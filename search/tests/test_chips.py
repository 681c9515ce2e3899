from __future__ import annotations

import pytest

from search.language import QueryError, chips, error_chips, parse
from search.language.chips import Chip


def test_each_condition_is_a_chip_that_can_be_taken_away() -> None:
    query = parse('dog tag:food beach -night "red bicycle"')

    assert chips(query) == [
        Chip("dog beach", 'tag:food -night "red bicycle"'),
        Chip("tag:food", 'dog beach -night "red bicycle"'),
        Chip("-night", 'dog beach tag:food "red bicycle"'),
        Chip('"red bicycle"', "dog beach tag:food -night"),
    ]


@pytest.mark.parametrize("text", ["dog", "dog OR tag:food", "-(dog tag:food)", "similar:1 + 2:dog"])
def test_what_is_one_condition_is_one_chip_and_leaves_nothing(text: str) -> None:
    assert chips(parse(text)) == [Chip(text, "")]


def test_what_is_left_keeps_its_meaning() -> None:
    query = parse("(dog OR cat) 10:30 tag:food", lenient=True)

    first, _, last = chips(query)

    assert (first.label, last.label) == ("dog OR cat", "tag:food")
    assert parse(first.without) == parse(r"10\:30 tag:food")
    assert parse(last.without) == parse(r"(dog OR cat) 10\:30")


def test_words_are_labelled_as_they_were_meant() -> None:
    assert [chip.label for chip in chips(parse("10:30 sunrise", lenient=True))] == ["10:30 sunrise"]


def test_the_piece_to_blame_is_a_chip_with_its_problem() -> None:
    with pytest.raises(QueryError) as caught:
        parse("dog foo:bar tag:food")

    (chip,) = error_chips(caught.value)

    assert (chip.label, chip.without) == ("foo:bar", "dog tag:food")
    assert "no field “foo”" in chip.problem
