from __future__ import annotations

import pytest
from hypothesis import given

from search.language import QueryError, Standing, parse, standing_before
from search.tests.test_grammar import QUERIES


@pytest.mark.parametrize(
    ("before", "text", "is_excluded"),
    [
        ("", "", False),
        ("dog ", "dog", False),
        ("dog AND ", "dog", False),
        ("dog OR ", "", False),
        ("cat OR dog tag:pet ", "dog tag:pet", False),
        ("(", "", False),
        ("dog (cat OR red ", "dog red", False),
        ("(dog OR cat) -night ", "(dog OR cat) -night", False),
        ("(dog OR cat) OR ", "", False),
        ("-", "", True),
        ("dog -", "dog", True),
        ("dog (-", "dog", True),
        ("dog -(", "dog", True),
        ("dog -(cat ", "dog", True),
        ("dog -(-", "dog", False),
        ("dog -(cat -(red ", "dog", False),
        ("dog -(a b) ", "dog -(a b)", False),
        ('"red OR (bicycle" similar:12 + 2:"at night" ', '"red OR (bicycle" similar:12 + 2:"at night"', False),
    ],
)
def test_what_stands_before_is_what_must_hold_together_with_what_is_typed(
    before: str, text: str, is_excluded: bool
) -> None:
    assert standing_before(before) == Standing(text, is_excluded)


@pytest.mark.parametrize("before", ["dog) ", '"dog ', "(a)) "])
def test_what_nobody_can_read_is_refused(before: str) -> None:
    with pytest.raises(QueryError):
        standing_before(before)


@given(QUERIES)
def test_a_query_that_can_be_read_and_has_no_alternatives_stands_as_it_is(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    if "OR" not in text and "AND" not in text:
        standing = standing_before(f"{query} ")

        assert parse(standing.text) == query
