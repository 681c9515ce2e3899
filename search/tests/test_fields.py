from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Q

from accounts.models import User
from photos.tests.factories import make_photo
from search.filters import allowed
from search.language import Field, Query, QueryError, fields, operator_of, operators, parse, register
from search.language.choices import ChoiceFact, Option
from search.language.kinds import NumberFact, Operator


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this test register what no other test may find."""
    monkeypatch.setattr(fields, "_operators", dict(fields._operators))
    monkeypatch.setattr(fields, "_names", dict(fields._names))
    yield


def width() -> NumberFact:
    return NumberFact(name="width", help="Pixels.", examples=("width:>=4000",), aliases=("w",), column="width")


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.name)
def test_the_examples_of_every_operator_can_be_read(operator: Operator[object]) -> None:
    assert operator.examples
    for example in operator.examples:
        assert operator.name in example
        assert parse(str(parse(example))) == parse(example)


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.name)
def test_every_operator_says_what_it_is_for_and_what_it_takes(operator: Operator[object]) -> None:
    assert operator.help.endswith(".")
    assert operator.allowed.startswith(f"{operator.name}: takes ")
    assert all(operator_of(name.upper()) is operator for name in (operator.name, *operator.aliases))


def test_operators_are_told_by_name() -> None:
    names = [operator.name for operator in operators()]

    assert names == sorted(names)
    assert {"tag", "camera", "lens", "iso", "f", "focal", "taken", "before", "after", "near"} < set(names)
    assert {"has", "is", "rating", "type", "orientation", "similar"} < set(names)


@pytest.mark.usefixtures("own_registry")
def test_another_operator_is_read_and_decided_like_the_first_ones(owner: User) -> None:
    make_photo(title="wide", width=5000)
    make_photo(title="narrow", width=500)

    register(width())

    assert parse("w:5000").root == Field("width", width().read("5000"))
    assert [photo.title for photo in allowed(parse("width:>=4000"), owner)] == ["wide"]


@pytest.mark.usefixtures("own_registry")
def test_a_name_is_given_only_once() -> None:
    register(width())

    with pytest.raises(ValueError, match="taken already: width, w"):
        register(width())
    with pytest.raises(QueryError, match="width:"):
        parse("foo:bar")


def test_a_choice_takes_more_words_as_their_data_comes() -> None:
    shape = ChoiceFact(name="shape", help="Shape.", examples=("shape:wide",))
    shape.add(Option("wide", lambda: Q(width__gt=1000), aliases=("broad",)))

    assert shape.read("Broad") == "wide"
    assert shape.allowed == "shape: takes one of wide."
    with pytest.raises(ValueError, match="exists already"):
        shape.add(Option("wide", Q))


@pytest.mark.django_db
def test_a_field_of_no_fact_is_a_bug(owner: User) -> None:
    query = Query(Field("similar", 12))

    with pytest.raises(TypeError):
        allowed(query, owner)
