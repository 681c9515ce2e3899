from __future__ import annotations

import random
from collections.abc import Callable
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from ai.loading import get_encoder
from photos.models import Photo
from photos.regions import Region
from search.language import Example, QueryError, parse, walk
from search.language.nodes import Field, Not
from search.language.refining import MOST_OF_A_KIND, CannotRefine, refined
from search.ranking.alternatives import alternatives
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.tests.pictures import striped
from search.tests.test_grammar import QUERIES
from search.tests.test_relevance import COLOURS, grades, ndcg_at_10

__all__ = ["grades"]

MakePhoto = Callable[..., Photo]
Worth = dict[int, int]


def more(text: str, *numbers: int) -> str:
    return marked(text, numbers, like=True)


def less(text: str, *numbers: int) -> str:
    return marked(text, numbers, like=False)


def marked(text: str, numbers: tuple[int, ...], like: bool) -> str:
    query = parse(text)
    for number in numbers:
        query = refined(query, Example(number), like)
    return str(query)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("dog", "dog + similar:12"),
        ("dog beach", '"dog beach" + similar:12'),
        ("dog tag:pet -night", "dog + similar:12 tag:pet -night"),
        ("-night tag:pet dog", "-night tag:pet dog + similar:12"),
        ("similar:3", "similar:3 + similar:12"),
        ("dog similar:3", "dog + similar:3,12"),
        ("similar:3@0,0,0.5,0.5", "similar:3@0,0,0.5,0.5 + similar:12"),
        ('similar:3 + 2:"at night" - 0.25:fence', 'similar:3 + 2:"at night" - 0.25:fence + similar:12'),
        ('"red bicycle"', '"red bicycle" + similar:12 "red bicycle"'),
        ("tag:food", "tag:food similar:12"),
        ("tag:food OR is:favorite", "tag:food similar:12 OR is:favorite similar:12"),
        ("dog OR cat tag:pet", "dog + similar:12 OR cat + similar:12 tag:pet"),
        ("dog (iso:100 OR iso:200)", "dog + similar:12 (iso:100 OR iso:200)"),
        ("dog -(night OR fog)", "dog + similar:12 -(night OR fog)"),
    ],
)
def test_a_query_is_moved_towards_a_photo_and_keeps_its_facts(text: str, moved: str) -> None:
    assert more(text, 12) == moved
    assert str(parse(moved)) == moved


def test_photos_of_a_kind_are_kept_together() -> None:
    assert more("dog", 12, 15, 12) == "dog + similar:12,15"
    assert less(more("dog", 12, 15), 9, 8) == "dog + similar:12,15 - 0.5:similar:9,8"


def test_a_photo_changes_sides() -> None:
    assert less(more("dog", 12, 15), 12) == "dog + similar:15 - 0.5:similar:12"
    assert more(less("dog", 12), 12) == "dog + similar:12"


def test_the_query_as_it_was_is_not_changed_by_what_is_marked() -> None:
    assert less("similar:3,4", 9) == "similar:3,4 - 0.5:similar:9"
    assert less("dog OR tag:cat", 9) == "dog - 0.5:similar:9 OR tag:cat"


def test_what_cannot_be_moved_says_why() -> None:
    with pytest.raises(CannotRefine, match="choose what is more like it first"):
        less("tag:food", 9)
    with pytest.raises(CannotRefine, match="OR in brackets"):
        more("(dog OR cat) tag:pet", 9)
    with pytest.raises(CannotRefine, match=f"at most {MOST_OF_A_KIND} photos"):
        more("dog", *range(1, MOST_OF_A_KIND + 2))


@given(text=QUERIES, like=st.booleans())
def test_a_moved_query_reads_back_and_keeps_what_rules_out(text: str, like: bool) -> None:
    example = Example(12, Region(0, 0.25, 0.5, 0.5))
    try:
        query = parse(text)
        moved = refined(query, example, like)
    except (QueryError, CannotRefine):
        return

    def facts(node_of: type[Field] | type[Not]) -> list[str]:
        return [str(node) for node in walk(query.root) if isinstance(node, node_of)]

    assert parse(str(moved)) == moved
    assert [str(node) for node in walk(moved.root) if isinstance(node, Field)] == facts(Field)
    assert [str(node) for node in walk(moved.root) if isinstance(node, Not)] == facts(Not)
    assert str(example) in str(moved)


def test_a_text_that_begins_a_sum_is_searched_in_words_too() -> None:
    (moved,), (weighed,) = alternatives(parse(more("dog beach", 12))), alternatives(parse('2:"dog beach" + similar:12'))

    assert (moved.words, moved.text) == ("dog beach", "")
    assert weighed.words == ""


@pytest.fixture
def companions(make_photo: MakePhoto) -> list[tuple[str, Worth]]:
    """Make photos of a colour beside another one; return queries for a colour that mean only one companion."""
    chance = random.Random(5)
    worth: dict[tuple[str, str], Worth] = {}
    for number in range(90):
        colour = COLOURS[number % 3]
        other = chance.choice([name for name in (*COLOURS[:4], "gray") if name != colour])
        looks = [colour] * chance.randint(1, 3) + [other] * chance.randint(1, 3)
        photo = make_photo(
            embedding=get_encoder().embed_images([striped(*looks)])[0],
            caption=f"A {colour} thing." if chance.random() < 0.5 else "A thing.",
            tags=[colour] if chance.random() < 0.3 else [],
        )
        worth.setdefault((colour, other), {})[photo.pk] = 1
    return [(colour, photos) for (colour, _), photos in worth.items() if len(photos) >= 4]


def refinement(text: str, worth: Worth, user: User, rights: int, wrongs: int) -> tuple[float, float]:
    """Return nDCG@10 before and after somebody has marked so many of the first 20, without those (the residual)."""
    found = [hit.photo.pk for hit in find(text, user, 60, Mode.HYBRID).hits]
    right = [number for number in found[:20] if worth.get(number)][:rights]
    wrong = [number for number in found[:20] if not worth.get(number)][:wrongs]
    again = find(less(more(text, *right), *wrong), user, 60, Mode.HYBRID)
    rest = {number: grade for number, grade in worth.items() if number not in right}
    before = [number for number in found if number not in (*right, *wrong)]
    return ndcg_at_10(before, rest), ndcg_at_10([hit.photo.pk for hit in again.hits], rest)


@pytest.mark.django_db
@pytest.mark.parametrize(("rights", "wrongs"), [(1, 0), (1, 1)])
def test_refinement_improves_what_follows(grades: dict[str, Worth], owner: User, rights: int, wrongs: int) -> None:
    pairs = [refinement(colour, worth, owner, rights, wrongs) for colour, worth in grades.items()]

    assert mean(after for _, after in pairs) > mean(before for before, _ in pairs) + 0.02


@pytest.mark.django_db
def test_refinement_finds_what_words_did_not_say(companions: list[tuple[str, Worth]], owner: User) -> None:
    pairs = [refinement(colour, worth, owner, 1, 1) for colour, worth in companions]

    assert len(pairs) >= 8
    assert mean(after for _, after in pairs) > mean(before for before, _ in pairs) + 0.2


@pytest.mark.django_db
def test_a_moved_text_counts_by_words_and_likeness_and_no_tag_comes_first(
    paint: Callable[..., Photo], owner: User
) -> None:
    tagged, near = paint("blue", tags=["boat"]), paint("red", "green", caption="A boat")
    example = paint("red")

    def found(text: str, mode: Mode) -> list[int]:
        return [hit.photo.pk for hit in find(text, owner, 5, mode).hits]

    for mode in (Mode.HYBRID, Mode.TEXT):
        assert found("boat", mode) == [tagged.pk, near.pk]
        assert found(f"boat + similar:{example.pk}", mode) == [near.pk, tagged.pk]


@pytest.mark.django_db
def test_a_typo_is_mended_in_a_moved_text_too(paint: Callable[..., Photo], owner: User) -> None:
    zebra, example = paint("blue", caption="A zebra"), paint("red")
    paint("red", "green")

    found = find(f"zebar + similar:{example.pk}", owner, 5, Mode.HYBRID)

    assert found.corrected == "zebra"
    assert zebra.pk in [hit.photo.pk for hit in found.hits]
