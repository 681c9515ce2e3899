from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.errors import BadQuery
from search.language import And, Field, Node, Not, Or, Part, QueryError, Similar, Weighted, Words, parse, walk
from search.language.grammar import DEEPEST, LONGEST, MOST_TERMS
from search.language.values import Area, Dates, Numbers

DOG, CAT, NIGHT = Words("dog"), Words("cat"), Words("night")
FOOD = Field("tag", "food")

# Pieces whose every combination is likelier to break a parser than letters are.
PIECES = st.sampled_from(
    [
        *'()-+":\\',
        " ",
        " ",
        " OR ",
        " AND ",
        " + ",
        " - ",
        "“",
        "dog",
        "2:",
        "0.5:night",
        "10:30",
        "tag:",
        "tag:food",
        'camera:"canon eos"',
        "iso:>=800",
        "taken:2019..2021",
        "near:48.85,2.35,5km",
        "is:archived",
        "similar:12",
        "foo:bar",
        "e\u0301",
        "\u0338",
    ]
)
QUERIES = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join))


def root(text: str, lenient: bool = False) -> Node:
    return parse(text, lenient).root


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("dog", DOG),
        ("  red \t bicycle ", Words("red bicycle")),
        ('"red bicycle"', Words("red bicycle", exact=True)),
        ("“red bicycle”", Words("red bicycle", exact=True)),
        ("tag:food", FOOD),
        ("Tags:Food", FOOD),
        ('camera:"Canon EOS"', Field("camera", "Canon EOS")),
        ("iso:>=800", Field("iso", Numbers(low=800))),
        ("taken:2019..2021", Field("taken", Dates(date(2019, 1, 1), date(2022, 1, 1)))),
        ("near:48.85,2.35,5km", Field("near", Area(48.85, 2.35, 5000))),
        ("is:favourite", Field("is", "favorite")),
        ("similar:12", Similar.to(12)),
        ("t-shirt", Words("t-shirt")),
        ("--x", Words("--x")),
        ("5'10\" tall", Words("5'10\" tall")),
        (":smile:", Words(":smile:")),
    ],
)
def test_one_thing_is_read_as_what_it_is(text: str, tree: Node) -> None:
    assert root(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("dog tag:food", And((DOG, FOOD))),
        ("dog AND tag:food", And((DOG, FOOD))),
        ("dog tag:food beach", And((Words("dog beach"), FOOD))),
        ("tag:food dog beach", And((FOOD, Words("dog beach")))),
        ('dog "cat" dog', And((Words("dog dog"), Words("cat", exact=True)))),
        ("dog OR cat", Or((DOG, CAT))),
        ("dog OR cat OR night", Or((DOG, CAT, NIGHT))),
        ("dog tag:food OR cat", Or((And((DOG, FOOD)), CAT))),
        ("dog (tag:food OR cat)", And((DOG, Or((FOOD, CAT))))),
        ("((dog)) (cat)", Words("dog cat")),
        ("dog OR (cat OR night)", Or((DOG, CAT, NIGHT))),
    ],
)
def test_what_stands_together_must_hold_together_and_binds_tighter_than_or(text: str, tree: Node) -> None:
    assert root(text) == tree


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("-night", NIGHT),
        ("-tag:food", FOOD),
        ('-"red bicycle"', Words("red bicycle", exact=True)),
        ("-(dog OR cat)", Or((DOG, CAT))),
        ("-(red bicycle)", Words("red bicycle")),
        ("-similar:3", Similar.to(3)),
        ("-OR", Words("OR")),
    ],
)
def test_a_minus_excludes_whatever_follows_it(text: str, excluded: Node) -> None:
    assert root(text) == Not(excluded)
    assert root(f"dog {text}") == And((DOG, Not(excluded)))


def test_what_is_excluded_twice_is_wanted() -> None:
    assert root("dog -(-tag:food)") == And((DOG, FOOD))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("portland OR", "portland OR"),
        ("OR", "OR"),
        ("AND dog", "AND dog"),
        ("new york - 2019", "new york - 2019"),
        ("dog + cat", "dog + cat"),
        ("rock and roll or not", "rock and roll or not"),
        (r"\-night \OR 10\:30 \(a\) \"b\" \+", '-night OR 10:30 (a) "b" +'),
        (r"photos\2024", r"photos\2024"),
    ],
)
def test_signs_that_connect_nothing_and_escaped_ones_are_words(text: str, words: str) -> None:
    assert root(text) == Words(words)


def test_a_sum_adds_and_takes_away_texts_and_photos() -> None:
    tree = root('similar:12 + 2:"at night" - 0.5:fence tag:food')

    parts = (Part(1, Similar.to(12)), Part(2, Words("at night")), Part(-0.5, Words("fence")))
    assert tree == And((Weighted(parts), FOOD))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2:dog + cat", (Part(2, DOG), Part(1, CAT))),
        ("1:dog - cat", (Part(1, DOG), Part(-1, CAT))),
        ("0.5:similar:3 - similar:4", (Part(0.5, Similar.to(3)), Part(-1, Similar.to(4)))),
        ('similar:1 + 2:"100"', (Part(1, Similar.to(1)), Part(2, Words("100")))),
        ('like:1 + "OR"', (Part(1, Similar.to(1)), Part(1, Words("OR")))),
    ],
)
def test_a_sum_has_a_weight_or_a_photo(text: str, parts: tuple[Part, ...]) -> None:
    assert root(text) == Weighted(parts)
    assert root(f"-({text})") == Not(Weighted(parts))


@pytest.mark.parametrize(
    ("text", "field", "value", "piece", "said"),
    [
        ("dog foo:bar", "foo", "bar", "foo:bar", "There is no field “foo”. (Character 5.)"),
        ("year:2010", "year", "2010", "year:2010", "Perhaps taken: is meant."),
        ("near:48.85,2.35,5 km", "", "", "km", "Write 48.85,2.35,5km"),
        ("cameraa:x", "cameraa", "x", "cameraa:x", "Perhaps camera: is meant."),
        ("10:30 sunrise", "10", "30", "10:30", 'A time of day goes in quotes: "10:30".'),
        ("2:night", "2", "night", "2:night", "In a sum a weight stands before a text"),
        (
            "is:nice",
            "is",
            "nice",
            "is:nice",
            "takes one of animated, archived, failed, favorite, motion, panorama, untagged.",
        ),
        ("-has:wings", "has", "wings", "has:wings", "takes one of caption, gps, people, text."),
        ("type:svg", "type", "svg", "type:svg", "heic"),
        ("orientation:up", "orientation", "up", "orientation:up", "landscape, portrait, square"),
        ("iso:fast", "iso", "fast", "iso:fast", "takes a whole number"),
        ("rating:4.5", "rating", "4.5", "rating:4.5", "takes a whole number"),
        ("aperture:x", "f", "x", "aperture:x", "f: takes a number"),
        ("focal:70..24", "focal", "70..24", "focal:70..24", "It ends before it begins."),
        ("taken:2023-02-30", "taken", "2023-02-30", "taken:2023-02-30", "The calendar has no such day."),
        ("before:2019..2020", "before", "2019..2020", "before:2019..2020", "takes a year, a month or a day"),
        ("after:soon", "after", "soon", "after:soon", "takes a year, a month or a day"),
        ("near:91,0", "near", "91,0", "near:91,0", "Latitude goes from -90 to 90"),
        ("similar:me", "similar", "me", "similar:me", "takes the number of a photo"),
        ("dog similar:1 + similar:x", "similar", "x", "similar:x", "takes the number of a photo"),
        ('tag:""', "tag", "", 'tag:""', "takes a text"),
        ("camera: canon", "camera", "", "camera:", "takes a text"),
        ('lens:" "', "lens", " ", 'lens:" "', "takes a text"),
    ],
)
def test_an_unknown_field_or_a_bad_value_is_named_with_what_is_allowed(
    text: str, field: str, value: str, piece: str, said: str
) -> None:
    error = refused(text)

    assert (error.field, error.value, error.piece) == (field, value, piece)
    assert said in str(error.detail)
    assert isinstance(error, BadQuery)


@pytest.mark.parametrize(
    ("text", "piece", "said"),
    [
        ("dog (cat", "(", "never closed"),
        ("dog) cat", ")", "Nothing opens"),
        ("dog () cat", "()", "nothing in these brackets"),
        ('dog "cat', '"cat', "never closed"),
        ('dog ""', '""', "nothing between these quotes"),
        ("similar:12 + tag:food", "+", "Nothing that can be added"),
        ("dog -similar:12 + cat", "-", "begins with what is wanted"),
        ("similar:12 -", "-", "Nothing that can be added"),
        ("new york - 2:night", "new york - 2:night", "several words go in quotes"),
    ],
)
def test_what_does_not_fit_together_is_shown_where_it_is(text: str, piece: str, said: str) -> None:
    error = refused(text)

    assert error.piece == piece
    assert said in str(error.detail)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("10:30 sunrise", Words("10:30 sunrise")),
        ("10:30 - 11:15", Words("10:30 - 11:15")),
        ("note: buy milk", Words("note: buy milk")),
        ('foo:"a b" tag:food c', And((Words('foo:"a b" c'), FOOD))),
        ("iso:fast tag:food", And((Words("iso:fast"), FOOD))),
        ("dog -foo:bar", And((DOG, Not(Words("foo:bar"))))),
        ("smile :)", Words("smile :)")),
        ('19" monitor "', Words('19" monitor "')),
        ("new york - 2:night", Words("new york - 2:night")),
        ("(" * 100, Words("(" * 100)),
        ("tag:food dog -cat", And((FOOD, DOG, Not(CAT)))),
    ],
)
def test_read_leniently_what_does_not_fit_is_plain_text(text: str, tree: Node) -> None:
    assert root(text, lenient=True) == tree


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("text", ["", "  ", "\0", "\u200b", "x" * (LONGEST + 1)])
def test_a_query_that_is_empty_or_endless_is_refused(text: str, lenient: bool) -> None:
    with pytest.raises(QueryError):
        parse(text, lenient)


def test_brackets_and_terms_are_bounded() -> None:
    parse("(" * DEEPEST + "dog" + ")" * DEEPEST)
    parse(" ".join(["tag:a"] * MOST_TERMS))

    assert "deep" in str(refused("(" * (DEEPEST + 1) + "dog" + ")" * (DEEPEST + 1)).detail)
    assert "terms" in str(refused(" ".join(["tag:a"] * (MOST_TERMS + 1))).detail)
    assert "terms" in str(refused("similar:1" + " + a" * MOST_TERMS).detail)


def test_many_words_are_one_term() -> None:
    text = " ".join(["a"] * (LONGEST // 10))

    assert root(text) == Words(text)


@given(QUERIES)
@example('similar:1 tag:x + b -"c"')
@example("\\\\ \\OR \\\\OR a\\")
@example("<\u0338 e\u200b\u0301")
def test_whatever_is_written_is_read_leniently_or_is_empty(text: str) -> None:
    try:
        query = parse(text, lenient=True)
    except QueryError as error:
        assert error.source == ""
    else:
        assert parse(str(query)) == parse(str(query), lenient=True) == query


@given(QUERIES)
def test_what_is_read_strictly_reads_the_same_leniently_and_when_written_anew(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return

    assert parse(text, lenient=True) == query
    assert parse(str(query)) == parse(str(query), lenient=True) == query


@given(QUERIES)
def test_a_tree_is_flat_where_it_can_be(text: str) -> None:
    try:
        nodes = list(walk(root(text, lenient=True)))
    except QueryError:
        return

    for node in nodes:
        children = node.children if isinstance(node, And | Or) else ()
        assert not any(isinstance(child, type(node)) for child in children)
        assert not (isinstance(node, Not) and isinstance(node.child, Not))
        assert not (isinstance(node, And) and sum(isinstance(c, Words) and not c.exact for c in children) > 1)
