"""Every operator of the language, as the API and the page answer it: what it takes, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from photos import storage
from photos.models import Photo
from search.language import QueryError, chips, operator_of, operators, parse, register
from search.language import fields as registry
from search.language.kinds import NumberFact
from search.tests.pictures import stripes
from search.tests.test_grammar import QUERIES

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]

# For each operator something it does not take. One that is new needs its own here.
REFUSED = {
    "after": "after:2020..2021",
    "album": 'album:" "',
    "before": "before:soon",
    "camera": 'camera:"a b c d e f g h i j k l m"',
    "color": "color:loud",
    "f": "f:wide",
    "focal": "focal:70..24",
    "has": "has:wings",
    "is": "is:nice",
    "iso": "iso:800.5",
    "lens": 'lens:" "',
    "near": "near:91,0,5km",
    "person": 'person:" "',
    "place": 'place:"a b c d e f g h i j k l m"',
    "orientation": "orientation:upside-down",
    "rating": "rating:many",
    "similar": "similar:me",
    "tag": 'tag:""',
    "taken": "taken:2024-13",
    "type": "type:exe",
}
EXAMPLES = [example for operator in operators() for example in operator.examples]
STRICT = ["hybrid", "text"]


@pytest.fixture
def library(paint: Callable[..., Photo]) -> None:
    """Photos of the numbers that examples name, and a few facts besides."""
    for number in (12, 15):
        facts = {"camera_model": "Canon EOS", "iso": 800, "rating": 4, "width": 400, "height": 300}
        photo = paint("red", "blue", pk=number, tags=["food"], **facts)
        storage.path_of(photo.original).write_bytes(stripes("red", "blue"))


def api(client: Client, query: str, mode: str) -> tuple[int, str]:
    answer = client.get("/search", {"q": query, "mode": mode})
    return answer.status_code, str(answer.json())


def page(client: Client, query: str, mode: str = "hybrid") -> tuple[int, str]:
    answer = client.get(reverse("search:results"), {"q": query, "mode": mode})
    return answer.status_code, unescape(answer.content.decode())


def test_every_operator_has_something_it_refuses_here() -> None:
    assert sorted(REFUSED) == [operator.name for operator in operators()]


# Of all the others test_pages_language.py looks at what they find, on the same two addresses and in every mode.
@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("query", [text for text in EXAMPLES if "similar:" in text])
def test_every_example_of_likeness_is_answered_by_api_and_page_in_every_mode(client: Client, query: str) -> None:
    answers = {mode: api(client, query, mode)[0] for mode in (*STRICT, "semantic")}
    pages = {mode: page(client, query, mode)[0] for mode in (*STRICT, "semantic")}

    assert set(answers.values()) == set(pages.values()) == {200}, api(client, query, "hybrid")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("query", EXAMPLES)
def test_every_example_is_explained_on_the_page_and_stands_on_its_chip(client: Client, query: str) -> None:
    _, shown = page(client, query)

    assert f"<code>{query}</code>" in shown
    assert all(f"<span>{chip.label}</span>" in shown for chip in chips(parse(query)))


@pytest.mark.parametrize("mode", STRICT)
@pytest.mark.parametrize("name", REFUSED)
def test_what_an_operator_does_not_take_is_a_400_that_names_it_and_says_what_it_takes(
    client: Client, name: str, mode: str
) -> None:
    query = f"dog {REFUSED[name]}"
    operator = operator_of(name)
    assert operator is not None
    with pytest.raises(QueryError) as caught:
        parse(query)

    for status, words in (api(client, query, mode), page(client, query, mode)):
        assert status == 400
        assert operator.allowed in words
        assert f"{name}: cannot be" in words
        assert caught.value.value in words


@pytest.mark.parametrize("name", REFUSED)
def test_the_piece_that_is_wrong_is_marked_on_the_page(client: Client, name: str) -> None:
    _, shown = page(client, f"dog {REFUSED[name]}")

    assert shown.count('class="chip wrong"') == 1
    assert f"<span>{REFUSED[name]}</span>" in shown


@pytest.mark.parametrize("query", [*REFUSED.values(), "fur:brown", "10:30 sunrise"])
def test_by_meaning_what_is_no_field_is_plain_text(client: Client, query: str) -> None:
    assert api(client, query, "semantic")[0] == 200
    assert client.get("/search", {"q": query}).json()["query"] == query


@pytest.mark.parametrize("mode", STRICT)
@pytest.mark.parametrize(("query", "name"), [("fur:brown", "fur"), ("dog (cat -colur:red)", "colur")])
def test_an_unknown_field_is_a_400_that_names_it(client: Client, query: str, name: str, mode: str) -> None:
    for status, words in (api(client, query, mode), page(client, query, mode)):
        assert status == 400
        assert f"“{name}”" in words
        assert all(f"{operator.name}:" in words for operator in operators())


def test_an_operator_that_is_new_is_noticed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_operators", dict(registry._operators))
    monkeypatch.setattr(registry, "_names", dict(registry._names))
    register(NumberFact(name="width", help="Pixels.", examples=("width:>=4000",), column="width"))

    assert sorted(REFUSED) != [operator.name for operator in operators()]


@pytest.mark.parametrize("sent", ["%FF", "%ED%A0%80", "a%00b", "color:%FF", "%F0%9F%98%80", "%E2%80%AE-tag:a"])
@pytest.mark.parametrize("mode", [*STRICT, "semantic"])
def test_bytes_that_are_no_text_are_no_error_of_ours(client: Client, sent: str, mode: str) -> None:
    for address in ("/search", reverse("search:results"), reverse("search:completions")):
        more = "" if address == reverse("search:completions") else f"&mode={mode}"
        assert client.get(f"{address}?q={sent}{more}").status_code in (200, 400)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("mode", [*STRICT, "semantic"])
def test_whatever_is_written_api_and_page_answer_alike_and_never_with_a_500(client: Client, mode: str) -> None:
    # One library for all: none of them writes. An error of ours would be raised here by the test client.
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        QUERIES | st.lists(st.sampled_from([*EXAMPLES, *REFUSED.values(), "OR", "-", "("]), max_size=6).map(" ".join)
    )
    @example("similar:12 + 2:food - 0.5:\x00")
    @example("color:#1e90ff OR -(color:bw similar:12)")
    def answered(query: str) -> None:
        status, _ = api(client, query, mode)
        shown, _ = page(client, query, mode) if query.strip() else (400, "")

        assert status in (200, 400, 409)
        assert shown == status

    answered()
